from __future__ import annotations

import json
from typing import TYPE_CHECKING

import cv2
import numpy as np

from lambdas.common.probe import PROBE_CAMERA
from lambdas.encounters.hops import HOPS
from local_cloud.demo.watch import wait_until
from tests.end_to_end.conftest import PERSON, Town

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path


def probe(town: Town, photo: Path) -> subprocess.CompletedProcess[str]:
    return town.homeward("probe", "--photo", str(photo), "--json", code=None)


def test_a_probe_reports_each_hop_names_no_recipient_and_leaves_nothing(town: Town) -> None:
    """The photo is that of a case of the gallery, which the probe must not find."""
    gallery, encounters = town.watch.gallery(), {each["encounter_id"] for each in town.watch.encounters()}
    town.watch.new_alerts()
    told = len(town.watch.alerts)
    done = probe(town, PERSON[1])
    assert done.returncode == 0, done.stderr
    took = json.loads(done.stdout)
    assert set(took) == {"EnrolledToIndexed", *HOPS}
    assert 0 < took["CapturedToAlerted"] < 60_000

    assert {each["encounter_id"] for each in town.watch.encounters()} == encounters
    wait_until("the gallery as it was", lambda: town.watch.gallery() == gallery)
    assert not town.watch.keys("DetectionBucket", f"captures/{PROBE_CAMERA}/")
    assert not [key for key in town.watch.keys("GalleryBucket") if "/probe/" in key]
    town.watch.new_alerts()
    assert {alert.document["camera"] for alert in town.watch.alerts[told:]} <= {PROBE_CAMERA}


def test_a_picture_without_a_face_is_said_to_have_none(town: Town, tmp_path: Path) -> None:

    sky = tmp_path / "sky.jpg"
    cv2.imwrite(str(sky), np.tile(np.linspace(90, 250, 320, dtype=np.uint8)[:, None, None], (1, 320, 3)))
    done = probe(town, sky)
    assert done.returncode == 6, done.stderr
    assert not [key for key in town.watch.keys("GalleryBucket") if "/probe/" in key]
