"""Tell pictures from other files by their first bytes, without opening them."""

from __future__ import annotations

import re

from pictures.jpeg import is_jpeg

HEAD_BYTES = 128
_SIGNATURES = re.compile(
    rb"(?s)\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF.{4}WEBP|II\*\0|MM\0\*|II\+\0|MM\0\+"
    rb"|BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0"  # BMP, with the size of its second header
    rb"|.{4}ftyp(heic|heix|hevc|hevx|heim|heis|mif1|msf1|avif|avis)"  # of these, only AVIF can be decoded
)


def looks_like_picture(head: bytes) -> bool:
    """Whether the first bytes of a file are those of a picture, also in a format that cannot be decoded."""
    return is_jpeg(head) or bool(_SIGNATURES.match(head))
