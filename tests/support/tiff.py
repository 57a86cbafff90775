"""Write TIFF files of any sample format, which image libraries cannot write."""

from __future__ import annotations

import struct
import zlib
from typing import Any, Literal

import numpy.typing as npt  # noqa: TC002

_KINDS = {"u": 1, "i": 2, "f": 3}
RGB, WHITE_IS_ZERO, BLACK_IS_ZERO, CMYK = 2, 0, 1, 5


def tiff(
    samples: npt.NDArray[Any],
    *,
    order: Literal["<", ">"] = "<",
    photometric: int | None = None,
    deflated: bool = False,
    **tags: int,
) -> bytes:
    """Write an array of (height, width) or (height, width, channels) as it is, in one strip.

    Args:
        samples: of any integer or floating-point type.
        order: the byte order, "<" or ">".
        photometric: default black is zero, or RGB for several channels.
        deflated: whether to compress the strip.
        tags: further tags of one number, named t and their number: t274=6.
    """
    height, width, channels = (*samples.shape, 1)[:3]
    strip = samples.astype(samples.dtype.newbyteorder(order)).tobytes()
    strip = zlib.compress(strip) if deflated else strip
    bits, kind = samples.dtype.itemsize * 8, _KINDS[samples.dtype.kind]
    shorts = struct.pack(f"{order}{channels}H", *[bits] * channels)
    kinds = struct.pack(f"{order}{channels}H", *[kind] * channels)
    found = RGB if channels >= 3 else BLACK_IS_ZERO
    entries: dict[int, Any] = {256: width, 257: height, 258: shorts, 259: 8 if deflated else 1}
    entries |= {262: found if photometric is None else photometric, 273: 8, 277: channels, 278: height}
    entries |= {279: len(strip), 339: kinds} | {int(name[1:]): value for name, value in tags.items()}
    offset, further, rows = 8 + len(strip), b"", b""
    directory = offset + 512
    for number, value in sorted(entries.items()):
        if isinstance(value, bytes):
            count, at = len(value) // 2, value.ljust(4, b"\0")
            if len(value) > 4:
                at = struct.pack(order + "I", offset + len(further))
                further += value
            rows += struct.pack(order + "HHI", number, 3, count) + at
        else:
            rows += struct.pack(order + "HHII", number, 4, 1, value)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", directory)
    return head + strip + further.ljust(512, b"\0") + struct.pack(order + "H", len(entries)) + rows + b"\0" * 4
