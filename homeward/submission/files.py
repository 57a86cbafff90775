"""Tell pictures and videos from other files by their content."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pictures.signatures import looks_like_picture

if TYPE_CHECKING:
    from pathlib import Path

_HEAD_BYTES = 4096
_IGNORED = frozenset({"thumbs.db", "desktop.ini"})
# A damaged file may have lost its beginning. Its name then tells that it is to be reported, not skipped.
_PICTURE_NAMES = frozenset({".jpg", ".jpeg", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"})
_VIDEO_NAMES = frozenset(
    {".mp4", ".m4v", ".mov", ".mkv", ".avi", ".webm", ".mpg", ".mpeg", ".mts", ".m2ts", ".ts", ".3gp"}
    | {".wmv", ".asf", ".flv", ".dav", ".h264", ".264", ".h265", ".265", ".hevc"}
)
_VIDEO = re.compile(
    rb"(?s)[\x00-\x1f].{3}(ftyp|moov|mdat|wide|free|skip|pnot)"  # MP4, MOV, 3GP
    rb"|RIFF.{4}AVI |\x1aE\xdf\xa3|\x30\x26\xb2\x75\x8e\x66\xcf\x11"  # AVI, Matroska and WebM, ASF and WMV
    rb"|FLV\x01|OggS|\.RMF|DKIF|YUV4MPEG2|\x06\x0e\x2b\x34\x02\x05\x01\x01"  # the last is MXF
    rb"|\x00\x00\x01[\xb3\xba]|IMKH|DHAV"  # MPEG, and the recorders of Hikvision and Dahua
    rb"|(\x00)?\x00\x00\x01([\x01-\x3f\x41-\x5f\x61-\x7f][^\x00]|[\x40\x42\x44\x46]\x01)"  # raw H.264, H.265
    rb"|\x47.{187}\x47.{187}\x47|.{4}\x47.{191}\x47.{191}\x47"  # MPEG-TS, and with time codes (M2TS)
)


def files_under(path: Path) -> tuple[list[Path], list[Path]]:
    """Return the pictures and videos of a folder and its subfolders, and all other files. A file stands for itself."""
    if path.is_file():
        return [path], []
    files = sorted(
        file
        for file in path.rglob("*")
        if file.is_file() and not file.name.startswith(".") and file.name.lower() not in _IGNORED
    )
    usable = [file for file in files if is_video(file) or is_picture(file)]
    return usable, [file for file in files if file not in set(usable)]


def is_video(file: Path) -> bool:
    """Whether the file's content is a video. A file without known content is what its name says."""
    head = _head(file)
    return not looks_like_picture(head) and (bool(_VIDEO.match(head)) or file.suffix.lower() in _VIDEO_NAMES)


def is_picture(file: Path) -> bool:
    """Whether the file's content is a picture, also in a format that cannot be read."""
    return looks_like_picture(_head(file)) or file.suffix.lower() in _PICTURE_NAMES


def _head(file: Path) -> bytes:
    try:
        with file.open("rb") as content:
            return content.read(_HEAD_BYTES)
    except OSError:  # reported when it is submitted
        return b""
