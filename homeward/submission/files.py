"""Tell pictures and videos from other files by their extension."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"})
_VIDEOS = frozenset({".mp4", ".m4v", ".mov", ".mkv", ".avi", ".webm", ".mpg", ".mpeg", ".mts", ".ts", ".3gp"})


def files_under(path: Path) -> tuple[list[Path], list[Path]]:
    """Return the pictures and videos of a folder and its subfolders, and all other files. A file stands for itself."""
    if path.is_file():
        return [path], []
    files = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
    usable = [file for file in files if file.suffix.lower() in _PICTURES | _VIDEOS]
    return usable, [file for file in files if file.suffix.lower() not in _PICTURES | _VIDEOS]


def is_video(file: Path) -> bool:
    """Whether the file's extension is that of a video."""
    return file.suffix.lower() in _VIDEOS
