"""Cut shots of faces out of pictures and videos, with the camera program's detector and rules."""

from __future__ import annotations

import contextlib
import dataclasses
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import cv2
from PIL import Image

from edge_device.cameras import CameraError, IncompleteVideoError
from edge_device.cameras.picture_file import decode_bgr
from edge_device.cameras.video_file import VideoFile
from edge_device.core.crop import cut_out, encode_crop
from edge_device.core.face import Frame
from edge_device.core.passers_by import FaceRules, PassersBy
from edge_device.core.tracks import Tracker
from lambdas.common.photos import UnusablePhotoError, prepare_photo
from pictures.decode import FORMATS, MAX_FILE_BYTES
from pictures.errors import UnreadablePictureError
from pictures.exif import check_tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from edge_device.core.geometry import Box
    from edge_device.core.message import FaceShot
    from edge_device.detector import Detector

_MAX_LENGTH_S = 366 * 86400.0
_PATIENCE_FRAMES = 3  # a person whom the detector misses in two of them stays one track
_DATE_TIME_ORIGINAL, _OFFSET_TIME_ORIGINAL, _EXIF = 0x9003, 0x9011, 0x8769


class UnusableFileError(ValueError):
    """The file has nothing to submit. The text says why."""


class IncompleteFileError(UnusableFileError):
    """The recording cannot be read to its end. The text says how far."""


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One picture to submit. `location` is unique within the file; `track` numbers the people in the file.

    `captured_at` is what the file says, which may be no time at all. `final` is true if no other shot of this person
    follows: of a picture, each is. `dwell_s` is how long the recording had shown the person by then.
    """

    jpeg: bytes
    captured_at: datetime | str
    location: str
    track: int
    shot: int = 1
    final: bool = True
    dwell_s: float = 0.0
    confidence: float | None = None


def shots_of_picture(path: Path, detector: Detector) -> Iterator[Shot]:
    """Yield a shot of each large and clear face, with all other faces blurred.

    If the detector finds no face at all, yield the whole picture: Rekognition may find one.

    Raises:
        UnusableFileError: Not a picture, or no face is large and clear enough.
    """
    if path.stat().st_size > MAX_FILE_BYTES:
        raise UnusableFileError(f"larger than {MAX_FILE_BYTES // 1_000_000} MB")
    data = path.read_bytes()
    try:
        photo, image = prepare_photo(data), decode_bgr(data)
    except (UnusablePhotoError, UnreadablePictureError) as error:
        raise UnusableFileError(str(error)) from error
    captured_at = _taken_at(data) or _instant(path.stat().st_mtime)
    frame = Frame(image, 0.0, 0.0)
    faces = detector.detect(frame.image)
    if not faces:
        yield Shot(jpeg=photo.jpeg, captured_at=captured_at, location="whole", track=1)
        return
    usable = [face for face in faces if FaceRules().allows(face)]
    if not usable:
        largest = max(face.box.height for face in faces)
        raise UnusableFileError(
            f"no clear face of at least {FaceRules.min_px:g} px; the largest of {len(faces)} has {largest:.0f} px"
        )
    for number, face in enumerate(usable, start=1):
        others = [other.box for other in faces if other is not face]
        crop = encode_crop(cut_out(frame, face.box, others=others))
        yield Shot(
            jpeg=crop.jpeg,
            captured_at=captured_at,
            location=_location(0, face.box),
            track=number,
            confidence=round(face.confidence, 3),
        )


def shots_of_video(
    path: Path, detector: Detector, *, starts_at: datetime | None, per_second: float, watch: Callable[[float], None]
) -> Iterator[Shot]:
    """Yield the shots that a camera would have taken of the people in a video.

    Args:
        path: The video.
        detector: Finds the faces.
        starts_at: When the video begins. Default: the file's last modification less the video's length.
        per_second: Frames to search for faces each second.
        watch: Called with the number of seconds that are done.

    Raises:
        UnusableFileError: Not a video, or none of its frames can be read.
        IncompleteFileError: After the last shot, if the end of the recording is missing.
    """
    begin_s = starts_at.timestamp() if starts_at else _began_at(path)
    patience_s = max(Tracker.max_gap_s, _PATIENCE_FRAMES / per_second)
    passers_by, tracks = PassersBy(tracker=Tracker(max_gap_s=patience_s)), dict[str, int]()

    def shot_of(taken: FaceShot) -> Shot:
        track = tracks.setdefault(taken.track_id, len(tracks) + 1)
        return Shot(
            jpeg=taken.crop.jpeg,
            captured_at=_instant(taken.captured_at),
            location=_location(taken.captured_at - begin_s, taken.box),
            track=track,
            shot=taken.shot,
            final=taken.final,
            dwell_s=round(taken.dwell_s, 1),
            confidence=round(taken.confidence, 3),
        )

    incomplete = None
    try:
        for frame in _sampled(path, per_second):
            watch(frame.at_s)
            timed = dataclasses.replace(frame, captured_at=begin_s + frame.at_s, clock_synced=True)
            yield from map(shot_of, passers_by.see(timed, detector.detect(timed.image)))
    except IncompleteFileError as error:
        incomplete = error
    yield from map(shot_of, passers_by.finish())
    if incomplete:
        raise incomplete


def _sampled(path: Path, per_second: float) -> Iterator[Frame]:
    next_at_s = 0.0
    try:
        for frame in VideoFile(path).every_frame():
            if frame.at_s >= next_at_s and frame.image.ndim == 3:
                next_at_s = frame.at_s + 1 / per_second - 0.001
                yield frame
    except IncompleteVideoError as error:
        raise (IncompleteFileError if next_at_s else UnusableFileError)(str(error)) from error
    except (CameraError, cv2.error) as error:
        raise UnusableFileError(str(error)) from error
    if next_at_s == 0:
        raise UnusableFileError("none of its frames can be read")


def _location(at_s: float, box: Box) -> str:
    return f"{round(at_s * 1000)} {box.to_ints()}"


def _taken_at(data: bytes) -> datetime | str | None:
    """Read the time from the picture's EXIF data: as text if it is malformed, None if there is none.

    A time without an offset is local to this machine.
    """
    exif: dict[int, object] = {}
    with contextlib.suppress(OSError, ValueError, SyntaxError, TypeError, KeyError):  # the metadata may be malformed
        check_tags(data)
        exif = Image.open(io.BytesIO(data), formats=FORMATS).getexif().get_ifd(_EXIF)
    written = str(exif.get(_DATE_TIME_ORIGINAL, "")).strip("\0 ")
    offset = str(exif.get(_OFFSET_TIME_ORIGINAL, "")).strip("\0 ")
    try:
        local = datetime.strptime(written, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - see the docstring
        return datetime.fromisoformat(f"{local.isoformat()}{offset}").astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return written or None


def _instant(epoch_s: float) -> datetime | str:
    """Convert seconds since 1970, which a file system may have from far outside the calendar; then return text."""
    try:
        return datetime.fromtimestamp(epoch_s, UTC)
    except (ValueError, OverflowError, OSError):
        return str(epoch_s)


def _began_at(path: Path) -> float:
    """Return the file's last modification less the video's length, in seconds since 1970."""
    video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    fps, frames = video.get(cv2.CAP_PROP_FPS), video.get(cv2.CAP_PROP_FRAME_COUNT)
    video.release()
    seconds = frames / fps if fps > 0 else 0.0
    # A raw stream has no length, and gets an absurd one.
    return path.stat().st_mtime - (seconds if 0 < seconds < _MAX_LENGTH_S else 0)
