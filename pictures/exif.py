"""Read the orientation of a picture, and refuse tags that take more memory than their file has bytes.

Pillow copies the data of every tag. The tags of a file of 100 kB can point to the same 99 kB 65,535 times.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from pictures.errors import TooLargePictureError

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER = re.compile(rb"II\*\0|MM\0\*|II\0\*|MM\*\0|II\+\0|MM\0\+")
_ORIENTATION, _FURTHER_TAGS = 0x0112, (0x8769, 0x8825, 0xA005)
_BYTES_OF_TYPE = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_MAX_NUMBERS = 1_000_000


def orientation(exif: bytes) -> int:
    """Read the orientation, 1 to 8, from Exif data. Unreadable data means 1: upright."""
    found = _HEADER.search(exif, 0, 16)
    tags = dict(_tags(exif[found.start() :])) if found else {}
    value = tags.get(_ORIENTATION, (0, 0, 1))[2]
    return value if 1 <= value <= 8 else 1


def check_tags(data: bytes) -> None:
    """Check the size of all tags of a TIFF, or of a file that has Exif data anywhere.

    Raises:
        TooLargePictureError: they have more bytes than the file, or too many numbers.
    """
    for found in _HEADER.finditer(data):
        size = numbers = 0
        body = data[found.start() :] if found.start() else data
        for _, (kind, count, _value) in _tags(body, with_further=True):
            tag_bytes = count * _BYTES_OF_TYPE.get(kind, 0)
            if tag_bytes <= len(body):  # Pillow does not keep a tag whose data is not there
                size += tag_bytes
                numbers += count if _BYTES_OF_TYPE.get(kind, 1) > 1 else 0
        if size > len(body) or numbers > _MAX_NUMBERS:
            raise TooLargePictureError("its tags need more memory than the whole file")
        if not found.start():
            return


def _tags(tiff: bytes, *, with_further: bool = False) -> Iterator[tuple[int, tuple[int, int, int]]]:
    """Yield number, type, count and value of each tag, up to the first that cannot be read."""
    order, is_big = "<" if tiff.startswith(b"II") else ">", b"+" in tiff[:4]
    entry = struct.Struct(order + ("HHQQ" if is_big else "HHII"))
    short = struct.Struct(order + "H")
    try:
        waiting = [struct.unpack_from(order + ("Q" if is_big else "I"), tiff, 8 if is_big else 4)[0]]
        while waiting:
            offset = waiting.pop()
            (count,) = struct.unpack_from(order + ("Q" if is_big else "H"), tiff, offset)
            first = offset + (8 if is_big else 2)
            for position in range(first, first + min(count, 65_535) * entry.size, entry.size):
                number, kind, amount, value = entry.unpack_from(tiff, position)
                if number in _FURTHER_TAGS and with_further and len(waiting) < len(_FURTHER_TAGS):
                    waiting.append(value)
                if kind == 3 and amount == 1:
                    (value,) = short.unpack_from(tiff, position + entry.size - (8 if is_big else 4))
                yield number, (kind, amount, value)
    except struct.error:
        return
