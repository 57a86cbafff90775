"""`homeward probe` on a deployed agency."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import cv2
import numpy as np

from homeward.doctor.examination import ACCOUNT_CHECKS, STACKS
from lambdas.cases.probe import PROBE_CAMERA
from lambdas.encounters.hops import HOPS
from local_cloud.demo.watch import wait_until
from tests.end_to_end.deployed_agency import PERSON, DeployedAgency

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path


def probe(agency: DeployedAgency, photo: Path) -> subprocess.CompletedProcess[str]:
    return agency.homeward("probe", "--photo", str(photo), "--json", code=None)


def test_a_probe_reports_each_hop_and_leaves_nothing(agency: DeployedAgency) -> None:
    """The photo shows a person of the gallery, whose case the probe must not find."""
    gallery, encounters = agency.watch.gallery(), {each["encounter_id"] for each in agency.watch.encounters()}
    agency.watch.new_alerts()
    before = len(agency.watch.alerts)
    done = probe(agency, PERSON[1])
    assert done.returncode == 0, done.stderr
    took = json.loads(done.stdout)
    assert set(took) == {"EnrolledToIndexed", *HOPS}
    assert 0 < took["CapturedToAlerted"] < 60_000

    assert {each["encounter_id"] for each in agency.watch.encounters()} == encounters
    wait_until("the gallery as it was", lambda: agency.watch.gallery() == gallery)
    assert not agency.watch.keys("DetectionBucket", f"captures/{PROBE_CAMERA}/")
    assert not [key for key in agency.watch.keys("GalleryBucket") if "/probe/" in key]
    agency.watch.new_alerts()
    assert {alert.document["camera"] for alert in agency.watch.alerts[before:]} <= {PROBE_CAMERA}


def examine(agency: DeployedAgency, *, code: int | None = None) -> dict[str, dict[str, str]]:
    agency_file = str(agency.cloud.settings.state / "demo.toml")
    done = agency.homeward("doctor", "--agency-file", agency_file, "--json", code=code)
    assert done.stdout, done.stderr
    return {row["name"]: row for row in json.loads(done.stdout)}


def test_the_doctor_finds_a_healthy_environment_and_a_failed_message(agency: DeployedAgency) -> None:
    found = examine(agency)
    healthy = ("credentials", "lambda concurrency", STACKS, "subscriptions", "gallery", "syncs", "alarms")
    assert {found[name]["grade"] for name in healthy} == {"ok"}, found
    # The emulator has no quotas, no policies of organizations, and no settings of text messages.
    unknown = {name for name, row in found.items() if row["grade"] == "not checked"}
    assert unknown == {"rekognition quota", "ai opt-out", *(name for name in ACCOUNT_CHECKS if name.startswith("sms"))}
    queue = {"QueueUrl": agency.deployment["NotifyFailuresUrl"]}
    agency.cloud.client("sqs").send_message(**queue, MessageBody="made by the test")
    try:
        found = examine(agency, code=1)
    finally:
        agency.cloud.client("sqs").purge_queue(**queue)
    assert found["failure queues"]["grade"] == "failed"
    assert "NotifyFailures 1" in found["failure queues"]["finding"]


def test_a_probe_refuses_a_picture_without_a_face(agency: DeployedAgency, tmp_path: Path) -> None:
    sky = tmp_path / "sky.jpg"
    cv2.imwrite(str(sky), np.tile(np.linspace(90, 250, 320, dtype=np.uint8)[:, None, None], (1, 320, 3)))
    done = probe(agency, sky)
    assert done.returncode == 6, done.stderr
    assert not [key for key in agency.watch.keys("GalleryBucket") if "/probe/" in key]
