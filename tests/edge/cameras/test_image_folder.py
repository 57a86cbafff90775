"""Image folders as cameras."""

from __future__ import annotations

import os
import shutil
from itertools import islice
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from PIL import Image
from structlog.testing import capture_logs

from edge_device.cameras.image_folder import ImageFolder
from tests.edge.support.frames import without_pauses

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def ftp(tmp_path: Path) -> Path:
    """A folder that a camera fills by FTP."""
    folder = tmp_path / "ftp"
    folder.mkdir()
    return folder


def picture(path: Path, level: int) -> Path:
    """Write a picture of one gray level."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(jpeg(level))
    return path


def jpeg(level: int) -> bytes:
    rows = np.full((120, 160, 3), level, np.uint8) + np.random.default_rng(level).integers(0, 9, (120, 160, 3))
    return cv2.imencode(".jpg", rows.astype(np.uint8))[1].tobytes()


class Followed:
    """A followed folder: `look` goes around several times and says which gray levels it saw."""

    def __init__(self, path: Path, *, patience_s: float = 30.0) -> None:
        self._frames = ImageFolder(path, follow=True, every_s=0.01, patience_s=patience_s).frames()

    def look(self, rounds: int = 5) -> list[int]:
        seen, pauses = [], 0
        while pauses < rounds:
            frame = next(self._frames)
            pauses += frame is None
            if frame:
                seen.append(round(float(frame.image.mean()) / 10) * 10)
        assert seen[::3] == seen[1::3] == seen[2::3]  # each three times
        return seen[::3]


def test_folder_gives_each_image_and_skips_other_files(tmp_path: Path) -> None:
    for number in (2, 1):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((60, 80, 3), 100 * number, np.uint8))
    (tmp_path / "3.jpg").write_bytes(b"no picture")
    (tmp_path / "notes.txt").write_text("no picture either")
    frames = list(without_pauses(ImageFolder(tmp_path).frames()))
    assert [int(frame.image.mean()) for frame in frames] == [100] * 3 + [200] * 3
    assert frames[3].at_s - frames[2].at_s > 1  # longer than a track's maximum gap


def test_pictures_are_told_by_their_content(ftp: Path) -> None:
    picture(ftp / "photo.jfif", 50)
    picture(ftp / "snapshot", 100)
    Image.new("RGB", (160, 120), (150, 150, 150)).save(ftp / "phone.dat", "AVIF")
    frames = list(without_pauses(ImageFolder(ftp).frames()))
    assert sorted({round(float(frame.image.mean()) / 10) * 10 for frame in frames}) == [50, 100, 150]


def test_followed_folder_gives_new_images_also_of_subfolders(ftp: Path) -> None:
    picture(ftp / "first.jpg", 50)
    folder = Followed(ftp)
    assert folder.look() == [50]
    picture(ftp / "2026" / "11" / "27" / "second.jpg", 100)
    assert folder.look() == [100]


def test_overwritten_image_is_a_new_one_and_a_rewritten_one_is_not(ftp: Path) -> None:
    snapshot = picture(ftp / "snapshot.jpg", 50)
    os.utime(snapshot, (1e9, 1e9))
    folder = Followed(ftp)
    assert folder.look() == [50]
    picture(snapshot, 100)
    os.utime(snapshot, (1e9, 1e9))  # some cameras set their own time, which stands still
    assert folder.look() == [100]
    os.utime(snapshot)
    assert folder.look() == []
    picture(ftp / "upload.tmp", 150)
    (ftp / "upload.tmp").replace(snapshot)
    assert folder.look()[-1:] == [150]


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.95])
def test_stalled_upload_is_seen_once_and_whole(ftp: Path, part: float) -> None:
    data = jpeg(100)
    upload = ftp / "upload.jpg"
    upload.write_bytes(data[: int(len(data) * part)])
    folder = Followed(ftp)
    with capture_logs() as logs:
        assert folder.look(20) == []
    assert logs == []
    upload.write_bytes(data)
    assert folder.look() == [100]


def test_junk_is_reported_once(ftp: Path) -> None:
    (ftp / "readme.jpg").write_text("not a picture")
    (ftp / ".listing").write_text("hidden files are the uploader's own")
    half = ftp / "half.jpg"
    half.write_bytes(jpeg(50)[:1000])
    folder = Followed(ftp, patience_s=0.05)
    with capture_logs() as logs:
        folder.look(20)
    assert sorted(line["file"] for line in logs) == [str(half), str(ftp / "readme.jpg")]
    with capture_logs() as logs:
        os.utime(ftp / "readme.jpg")
        folder.look(20)
    assert logs == []
    picture(ftp / "readme.jpg", 100)  # a picture after all
    assert folder.look() == [100]


def test_removed_and_unreadable_files_do_not_end_the_camera(ftp: Path) -> None:
    (ftp / "dangling.jpg").symlink_to(ftp / "nowhere.jpg")
    picture(ftp / "day" / "a.jpg", 50)
    folder = Followed(ftp)
    assert folder.look() == [50]
    shutil.rmtree(ftp / "day")
    assert folder.look() == []


def test_folder_that_is_not_followed_names_a_picture_without_its_end(ftp: Path) -> None:
    (ftp / "half.jpg").write_bytes(jpeg(50)[:2000])
    with capture_logs() as logs:
        assert list(islice(ImageFolder(ftp).frames(), 9)) == []
    assert [line["file"] for line in logs] == [str(ftp / "half.jpg")]
