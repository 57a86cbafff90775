"""Tells whether a recording was read to its end: a copy that stopped or a power cut leaves only its beginning."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import cv2

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

_MAX_FRAMES = 1e9  # some containers without a length give absurd numbers
_SPARE_FRAMES = 2
_EXACT_S, _ESTIMATED_S = 0.25, 1.0  # the sound may be longer than the picture


def is_complete(path: Path, video: cv2.VideoCapture, *, frames: int, end_s: float) -> bool:
    """Whether `frames` frames up to `end_s` seconds are all that the recording's header announces.

    A container without a length, such as a raw stream, is complete. So is a frame count that is too low because an
    edit list hides the rest: the length of an MP4 file does not include hidden frames.
    """
    announced, fps = video.get(cv2.CAP_PROP_FRAME_COUNT), video.get(cv2.CAP_PROP_FPS)
    if not 0 < announced < _MAX_FRAMES or fps <= 0 or frames >= announced - _SPARE_FRAMES:
        return True
    with path.open("rb") as file:
        start = file.read(12)
        if start[:4] == b"RIFF":  # an AVI file counts its frames
            return False
        length_s = _mp4_length_s(file) if start[4:8] in {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"} else None
    if length_s is not None:
        return end_s >= length_s - _EXACT_S
    return end_s >= announced / fps - _ESTIMATED_S  # the count is an estimate from length and frame rate


def _mp4_length_s(file: BinaryIO) -> float | None:
    """Read the length from an MP4 file's header box `mvhd` (ISO/IEC 14496-12); None if it has no such length."""
    file.seek(0, 2)
    size = file.tell()
    for name, start, end in _boxes(file, 0, size):
        if name == b"moov":
            for inner, body, _ in _boxes(file, start, end):
                if inner == b"mvhd":
                    file.seek(body)
                    wide = file.read(1) == b"\1"
                    file.seek(body + (20 if wide else 12))
                    timescale, units = struct.unpack(">IQ" if wide else ">II", file.read(12 if wide else 8))
                    return units / timescale if units and timescale else None
    return None


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the name, start and end of each box between two positions."""
    while start + 8 <= end:
        file.seek(start)
        size, name = struct.unpack(">I4s", file.read(8))
        body = start + 8
        if size == 1:
            size, body = struct.unpack(">Q", file.read(8))[0], start + 16
        size = size or end - start
        if size < body - start:
            return
        yield name, body, min(end, start + size)
        start += size
