"""Tell a JPEG whose scan is whole from one that was cut off. A decoder silently fills what is missing with gray."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image, ImageChops

from pictures.errors import BrokenPictureError
from pictures.jpeg import END

if TYPE_CHECKING:
    from pictures.jpeg import Jpeg

# A lost end of a few bytes costs at most one row of blocks. No face is lost with it.
_MAX_MISSING_SHARE, _MAX_MISSING_PX = 1 / 16, 16
_OTHER_ENDING = bytes.fromhex("5ac3963ca50f") * 200
_COEFFICIENTS = 64


def check_whole(jpeg: Jpeg) -> None:
    """Check that the scan of a JPEG reaches its last rows.

    A decoder ignores bytes after a whole scan. It uses them if the scan is cut off, and then the picture changes.

    Raises:
        BrokenPictureError: the picture was cut off. The text says how much is missing.
    """
    if jpeg.is_progressive and not _has_all_refinements(jpeg.scans):
        raise BrokenPictureError("not a whole JPEG: the end is missing, and with it some of its scans")
    repaired = jpeg.repaired(with_metadata=False).removesuffix(END)
    one, other = (_gray(repaired + ending + END, jpeg) for ending in (b"", _OTHER_ENDING))
    changed = ImageChops.difference(one, other).getbbox()
    missing = 1 - changed[1] / one.height if changed else 0.0
    if missing > max(_MAX_MISSING_SHARE, _MAX_MISSING_PX / jpeg.size[1]):
        raise BrokenPictureError(f"not a whole JPEG: the last {missing:.0%} of its rows are missing")


def _gray(data: bytes, jpeg: Jpeg) -> Image.Image:
    image = Image.open(io.BytesIO(data), formats=("JPEG",))
    # A progressive picture at an eighth of its size shows only its first scan.
    image.draft("L", (1, 1) if not jpeg.is_progressive else jpeg.size)
    return image.convert("L")


def _has_all_refinements(scans: list[bytes]) -> bool:
    """Whether the scans have every coefficient of every component with all its bits (ITU-T T.81, G.1.1.1)."""
    lowest_bit: dict[tuple[int, int], int] = {}
    for scan in scans:
        count = scan[0]
        first, last, bits = scan[1 + 2 * count : 4 + 2 * count]
        for component in scan[1 : 1 + 2 * count : 2]:
            lowest_bit |= {(component, index): bits & 15 for index in range(first, last + 1)}
    components = {component for component, _ in lowest_bit}
    return len(lowest_bit) == _COEFFICIENTS * len(components) and not any(lowest_bit.values())
