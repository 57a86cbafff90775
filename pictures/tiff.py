"""Teach Pillow the layouts of gray TIFF scans that it does not know. Both byte orders occur, with and without sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PIL import ImageFile
from PIL.TiffImagePlugin import OPEN_INFO

if TYPE_CHECKING:
    from PIL import Image

_UNSIGNED, _SIGNED, _FLOAT = (1,), (2,), (3,)
# By sample format and bits: the mode, and the raw mode of either byte order and of this machine's.
_LAYOUTS = {
    (_UNSIGNED, 16): {"II": ("I;16", "I;16"), "MM": ("I;16B", "I;16B")},
    (_UNSIGNED, 32): {"II": ("I", "I;32"), "MM": ("I", "I;32B")},
    (_SIGNED, 16): {"II": ("I", "I;16S"), "MM": ("I", "I;16BS")},
    (_SIGNED, 32): {"II": ("I", "I;32S"), "MM": ("I", "I;32BS")},
    (_FLOAT, 32): {"II": ("F", "F;32F"), "MM": ("F", "F;32BF")},
    (_FLOAT, 64): {"II": ("F", "F;64F"), "MM": ("F", "F;64BF")},
}
_OF_THIS_MACHINE = {
    "I;32": "I;32N", "I;32B": "I;32N", "I;16S": "I;16NS", "I;16BS": "I;16NS", "I;32S": "I;32NS", "I;32BS": "I;32NS",
    "F;32F": "F;32NF", "F;32BF": "F;32NF", "F;64F": "F;64NF", "F;64BF": "F;64NF",
}  # fmt: skip

for (_kind, _bits), _orders in _LAYOUTS.items():
    for _order, _layout in _orders.items():
        for _photometric in (0, 1):  # white is zero, black is zero
            OPEN_INFO.setdefault((_order.encode(), _photometric, _kind, 1, (_bits,), ()), _layout)


def correct_byte_order(opened: Image.Image) -> None:
    """Correct the raw mode of a compressed TIFF. libtiff returns the numbers in this machine's byte order."""
    tiles: list[Any] = getattr(opened, "tile", [])
    if isinstance(opened, ImageFile.ImageFile) and len(tiles) == 1 and tiles[0].codec_name == "libtiff":
        mode, *others = tiles[0].args
        opened.tile = [tiles[0]._replace(args=(_OF_THIS_MACHINE.get(mode, mode), *others))]
