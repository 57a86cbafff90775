"""`homeward-edge simulate`."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import cv2
import numpy as np

from tests.edge.conftest import FACES
from tests.edge.support.broker import Broker, Observer, wait_until
from tests.edge.support.command_line import homeward_edge

if TYPE_CHECKING:
    from pathlib import Path


def test_simulate_sends_captures_of_real_faces(config: Path, broker: Broker, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    for number in (1, 4):
        shutil.copy(FACES / "male" / f"{number}.jpg", tmp_path / "pictures" / f"{number}.jpg")
    cv2.imwrite(str(tmp_path / "pictures" / "nobody.jpg"), np.zeros((100, 100, 3), np.uint8))
    observer = Observer(broker, "homeward/v1/cam-01/faces")
    pace = ("--count", "6", "--per-second", "100")
    result = homeward_edge("simulate", str(tmp_path / "pictures"), "--config", str(config), *pace)
    assert result.stdout == "6 captures of 2 faces were acknowledged\n"
    wait_until(lambda: len(observer.messages) == 6)
    assert len(set(observer.capture_ids())) == 6
    assert len({message["image"]["sha256"] for _, message in observer.messages}) == 2
    observer.close()
