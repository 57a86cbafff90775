"""Makes recordings as cameras and recorders leave them: with gaps, cut off, or trimmed."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

FPS = 10
_FLV_HEADER_BYTES, _FLV_TAG_BYTES, _FLV_VIDEO = 13, 15, 9  # a tag's header and the length after its body


def record(path: Path, images: list[NDArray[np.uint8]], *, codec: str, fps: float = FPS) -> Path:
    """Write images as a recording; the name's ending selects the container."""
    height, width = images[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*codec), fps, (width, height))
    for image in images:
        writer.write(image)
    writer.release()
    return path


def noise(count: int) -> list[NDArray[np.uint8]]:
    """Images that do not compress, so that each has its place in the file."""
    return list(np.random.default_rng(1).integers(0, 255, (count, 120, 160, 3), np.uint8))


def pause_after(flv: Path, frames: int, *, pause_s: float) -> None:
    """Add a pause in which the recorder took no frames. FLV has a time for each frame."""
    data, seen = bytearray(flv.read_bytes()), 0
    for start, kind in _flv_tags(data):
        seen += kind == _FLV_VIDEO
        if kind == _FLV_VIDEO and seen > frames:
            time_ms = int.from_bytes(data[start + 4 : start + 7], "big") + round(1000 * pause_s)
            data[start + 4 : start + 8] = struct.pack(">I", time_ms)[1:] + struct.pack(">I", time_ms)[:1]
    flv.write_bytes(data)


def restart_times_after(flv: Path, frames: int) -> None:
    """Let the times begin at 0 again, as a recorder does that joins two recordings."""
    data, seen, first_ms = bytearray(flv.read_bytes()), 0, 0
    for start, kind in _flv_tags(data):
        seen += kind == _FLV_VIDEO
        if kind == _FLV_VIDEO and seen > frames:
            time_ms = int.from_bytes(data[start + 4 : start + 7], "big")
            first_ms = first_ms or time_ms
            data[start + 4 : start + 7] = (time_ms - first_ms).to_bytes(3, "big")
    flv.write_bytes(data)


def cut(path: Path, part: float) -> Path:
    """Keep only the beginning of a file, as an interrupted copy does."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    return path


def trim_by_edit_list(mp4: Path, part: float) -> None:
    """Shorten an MP4 file as telephones do: the frames stay in the file, and an edit list hides them."""
    data = bytearray(mp4.read_bytes())
    for name, offset in ((b"elst", 12), (b"mvhd", 20)):
        at = data.index(name) + offset
        (units,) = struct.unpack(">I", data[at : at + 4])
        data[at : at + 4] = struct.pack(">I", int(units * part))
    mp4.write_bytes(data)


def move_index_to_the_front(mp4: Path) -> None:
    """Put the index before the frames, as recorders do that stream."""
    data = mp4.read_bytes()
    index = data.index(b"moov") - 4
    frames = data.index(b"mdat") - 4
    moov = bytearray(data[index:])
    table = moov.index(b"stco") + 8
    (count,) = struct.unpack(">I", moov[table : table + 4])
    for number in range(count):
        at = table + 4 + 4 * number
        moov[at : at + 4] = struct.pack(">I", struct.unpack(">I", moov[at : at + 4])[0] + len(moov))
    mp4.write_bytes(data[:frames] + moov + data[frames:index])


def _flv_tags(data: bytearray) -> Iterator[tuple[int, int]]:
    """Yield the start and kind of each tag."""
    start = _FLV_HEADER_BYTES
    while start + _FLV_TAG_BYTES <= len(data):
        yield start, data[start]
        start += _FLV_TAG_BYTES + int.from_bytes(data[start + 1 : start + 4], "big")
