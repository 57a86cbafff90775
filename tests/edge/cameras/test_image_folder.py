"""Image folders as cameras."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from edge_device.cameras.image_folder import ImageFolder
from tests.edge.support.frames import without_pauses

if TYPE_CHECKING:
    from pathlib import Path


def test_folder_gives_each_image_and_skips_other_files(tmp_path: Path) -> None:
    for number in (2, 1):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((60, 80, 3), 100 * number, np.uint8))
    (tmp_path / "3.jpg").write_bytes(b"no picture")
    (tmp_path / "notes.txt").write_text("no picture either")
    frames = list(without_pauses(ImageFolder(tmp_path).frames()))
    assert [int(frame.image.mean()) for frame in frames] == [100] * 3 + [200] * 3
    assert frames[3].at_s - frames[2].at_s > 1  # longer than a track's maximum gap


def test_followed_folder_gives_new_images(tmp_path: Path) -> None:
    frames = without_pauses(ImageFolder(tmp_path, follow=True, every_s=0.05).frames())
    picture = tmp_path / "first.png"
    cv2.imwrite(str(picture), np.full((60, 80, 3), 50, np.uint8))
    assert int(next(frames).image.mean()) == 50
