"""Validate a JPEG without an image library, which would triple the cold start."""

import struct

_START_OF_IMAGE = b"\xff\xd8"
_END_OF_IMAGE = b"\xff\xd9"
# Start-of-frame markers carry the size (ITU-T T.81, table B.1); C4, C8 and CC in their range mean something else.
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Read width and height in pixels.

    Raises:
        ValueError: the bytes are not a complete JPEG. The message says why.
    """
    if not data.startswith(_START_OF_IMAGE):
        raise ValueError("the image is not a JPEG: it does not start with FF D8")
    if not data.rstrip(b"\x00").endswith(_END_OF_IMAGE):
        raise ValueError("the image is not a whole JPEG: it does not end with FF D9")
    position = len(_START_OF_IMAGE)
    while position + 9 <= len(data):
        fill, marker, length = struct.unpack_from(">BBH", data, position)
        if fill != 0xFF:
            break
        if marker in _START_OF_FRAME:
            height, width = struct.unpack_from(">HH", data, position + 5)
            return width, height
        position += 2 + length
    raise ValueError("the image is not a JPEG: it has no frame header")
