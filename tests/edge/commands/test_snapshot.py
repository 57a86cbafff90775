"""`homeward-edge snapshot`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from tests.edge.conftest import FACES
from tests.edge.support.command_line import homeward_edge
from tests.support.rekognition_client import group_photo
from tests.support.tiff import tiff

if TYPE_CHECKING:
    from pathlib import Path


def test_snapshot_marks_the_faces(tmp_path: Path) -> None:
    portrait = cv2.resize(np.asarray(cv2.imread(str(FACES / "male" / "1.jpg"))), (300, 300))
    (tmp_path / "pictures").mkdir()
    cv2.imwrite(str(tmp_path / "pictures" / "a.png"), portrait)
    out = tmp_path / "aim.png"
    result = homeward_edge("snapshot", str(out), "--source", str(tmp_path / "pictures"), "--set", "camera=cam-01")
    assert result.exit_code == 0, result.output
    assert "300 x 300 pixels, faces:" in result.stdout
    marked = np.asarray(cv2.imread(str(out)))
    assert (marked == (90, 200, 90)).all(axis=2).sum() > 400


def test_snapshot_of_a_scan_finds_small_faces(tmp_path: Path) -> None:
    portrait = np.asarray(cv2.imread(str(FACES / "male" / "1.jpg")), np.uint8)
    group = group_photo(portrait, size=(5000, 1500), count=4, side=100)
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "scan.tif").write_bytes(tiff(group[..., 1].astype(np.uint16) * 257))
    source = ("--source", str(tmp_path / "pictures"), "--set", "camera=cam-01")
    result = homeward_edge("snapshot", str(tmp_path / "aim.png"), *source)
    assert result.exit_code == 0, result.output
    assert result.stdout.partition("faces: ")[2].count(" px") == 5, "four faces, and the minimum"


def test_snapshot_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((50, 50, 3), np.uint8))
    options = ("--source", str(tmp_path), "--set", "camera=cam-01")
    assert "cannot write" in homeward_edge("snapshot", str(tmp_path / "aim.gif"), *options).stderr
