"""Read the structure of a JPEG without an image library, and repair what hardware encoders leave out."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pictures.errors import BrokenPictureError
from pictures.huffman_tables import STANDARD_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

START, END = b"\xff\xd8", b"\xff\xd9"
_HEAD = 64
_PADDING = b"\x00\r\n"  # what some recorders write before the first byte
_SOI, _EOI, _SOS, _DHT, _APP0, _APP1, _APP14, _COM = 0xD8, 0xD9, 0xDA, 0xC4, 0xE0, 0xE1, 0xEE, 0xFE
# Start-of-frame markers carry the size (ITU-T T.81, table B.1); C4, C8 and CC in their range mean something else.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE, _ARITHMETIC = frozenset({0xC2, 0xC6, 0xCA, 0xCE}), frozenset(range(0xC9, 0xD0))
# FF fill bytes and a marker. FF 00 and FF D0 to D7 are part of a scan.
_MARKER = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])")


class _Segment(NamedTuple):
    """A marker with its parameters, and in `end` where the bytes that belong to it end."""

    marker: int
    start: int
    parameters: bytes
    end: int


@dataclass
class Jpeg:
    """The first picture in some bytes. `is_closed` tells whether its end is marked."""

    data: bytes
    segments: list[_Segment] = field(default_factory=list)
    is_closed: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, as stored: the orientation may exchange them."""
        height, width = struct.unpack_from(">HH", self._frame.parameters, 1)
        return width, height

    @property
    def components(self) -> int:
        """The number of color components."""
        return self._frame.parameters[5]

    @property
    def is_progressive(self) -> bool:
        """Whether the scans refine the picture step by step."""
        return self._frame.marker in _PROGRESSIVE

    @property
    def scans(self) -> list[bytes]:
        """The parameters of each scan."""
        return [segment.parameters for segment in self.segments if segment.marker == _SOS]

    @cached_property
    def coefficients(self) -> int:
        """The number of coefficients that a decoder keeps in memory: none if one scan has all components."""
        if not self.is_progressive and self.scans[0][0] == self.components:
            return 0
        width, height = self.size
        sampling = [divmod(byte, 16) for byte in self._frame.parameters[7 : 6 + 3 * self.components : 3]]
        widest, highest = (max(1, *steps) for steps in zip(*sampling, (1, 1), strict=True))
        return sum(-(-width * across // widest) * -(-height * down // highest) for across, down in sampling)

    @property
    def exif(self) -> bytes:
        """The Exif data, or nothing."""
        found = (each.parameters for each in self.segments if each.marker == _APP1)
        return next((parameters for parameters in found if parameters.startswith(b"Exif\0\0")), b"")

    def repaired(self, *, with_metadata: bool = True) -> bytes:
        """Return the picture alone, with the Huffman tables and the end that every decoder expects.

        Without metadata, only the application segments remain that say how colors are encoded.
        """
        parts = [START]
        if not any(segment.marker == _DHT for segment in self.segments) and self._frame.marker not in _ARITHMETIC:
            parts.append(STANDARD_TABLES)  # a frame of a motion JPEG leaves them out
        kept = (segment for segment in self.segments if with_metadata or not _is_metadata(segment))
        parts.extend(self.data[segment.start : segment.end] for segment in kept)
        return b"".join([*parts, END])

    @cached_property
    def _frame(self) -> _Segment:
        return next(segment for segment in self.segments if segment.marker in _FRAMES)


def is_jpeg(data: bytes) -> bool:
    """Whether the bytes begin as a JPEG does."""
    return data[:_HEAD].lstrip(_PADDING).startswith(b"\xff\xd8\xff")


def read_jpeg(data: bytes) -> Jpeg:
    """Read the structure of the first JPEG in the bytes. Whatever follows it is ignored.

    Raises:
        BrokenPictureError: no JPEG, or one without a header or without a scan.
    """
    if not data[:_HEAD].lstrip(_PADDING).startswith(START):
        raise BrokenPictureError("not a JPEG: it does not start with FF D8")
    jpeg = Jpeg(data)
    for segment in _segments(data, data.index(START) + 2):
        if segment.marker == _EOI:
            jpeg.is_closed = True
            break
        jpeg.segments.append(segment)
    frames = [segment.parameters for segment in jpeg.segments if segment.marker in _FRAMES]
    if not frames or len(frames[0]) < 6 or len(frames[0]) < 6 + 3 * frames[0][5]:
        raise BrokenPictureError("not a whole JPEG: it has no frame header")
    if 0 in jpeg.size or not jpeg.components:
        raise BrokenPictureError("not a JPEG that can be read: its header has no size")
    if not jpeg.scans or not jpeg.scans[0]:
        raise BrokenPictureError("not a whole JPEG: it has no scan")
    return jpeg


def _segments(data: bytes, position: int) -> Iterator[_Segment]:
    """Yield the segments up to the end of the picture or of the bytes. Garbage between two segments is skipped."""
    in_scan = None
    while True:
        found = _MARKER.search(data, position)
        start = found.end() - 2 if found else len(data.rstrip(b"\xff"))  # a last FF is half a marker
        marker = found[1][0] if found else _EOI
        if in_scan:
            yield in_scan._replace(end=start)
            in_scan = None
            if marker == _SOI:  # the next picture begins, and the end of this one is missing
                return
        if not found:
            return
        if marker == _EOI:
            yield _Segment(_EOI, start, b"", start + 2)
            return
        position = found.end()
        if marker in {_SOI, 0x01}:
            continue
        length = int.from_bytes(data[position : position + 2], "big")
        position += max(2, length)
        segment = _Segment(marker, start, data[start + 4 : position], min(position, len(data)))
        if marker == _SOS:
            in_scan = segment
        else:
            yield segment


def _is_metadata(segment: _Segment) -> bool:
    if segment.marker == _APP0:
        return not (segment.parameters.startswith(b"JFIF\0") and len(segment.parameters) >= 14)
    if segment.marker == _APP14:
        return not (segment.parameters.startswith(b"Adobe") and len(segment.parameters) >= 12)
    return segment.marker == _COM or _APP1 <= segment.marker < _APP14 or segment.marker == 0xEF
