"""One deployment of demo-dev for all tests: real photos in the stand-in, the real stacks, the real face engine.

The enrolled person's case is fictional; the pictures are the true pairs that `make setup` installs for tests.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import pytest

from lambdas.common.times import now, to_text
from local_cloud.demo.agency import deploy_agency, write_agency_file
from local_cloud.demo.sync import sync
from local_cloud.demo.watch import Watch, wait_until
from local_cloud.lifecycle import running_cloud
from local_cloud.paths import ROOT
from local_cloud.rekognition.engine.distinct_faces import distinct_faces
from local_cloud.settings import CloudSettings
from tests.end_to_end.feed_site import serving
from tests.support.web import web_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from homeward.deployment.outputs import Deployment
    from local_cloud.cloud import Cloud
    from tests.end_to_end.feed_site import FeedSite
    from tests.support.web import Web

FACES = ROOT / ".local" / "faces"
PERSON = [FACES / name for name in ("obama.jpg", "obama2.jpg", "obama3.jpg")]
OTHER_PERSON = FACES / "biden.jpg"
CASE, OTHER_CASE = "namus:MP900501", "namus:MP900502"


@dataclass(frozen=True)
class Town:
    """The deployment, what can be seen of it, the documents that its stand-in serves, and somebody's webhook."""

    cloud: Cloud
    deployment: Deployment
    watch: Watch
    documents: Path
    web: Web

    def ingest(self) -> None:
        """Sync as the schedule does, and wait until every photo is dealt with."""
        sync(self.deployment, "namus")
        wait_until("the gallery", lambda: not self.watch.gallery()["pending"])

    def send(self, picture: bytes, *, camera: str, **changes: Any) -> str:
        """Publish a picture as a camera would, and return its capture id."""
        capture_id = str(uuid.uuid4())
        message = {
            "schema": "homeward.face/1",
            "capture_id": capture_id,
            "camera": camera,
            "captured_at": to_text(now()),
            "clock_synced": True,
            "detection": {"confidence": 0.93},
            "image": {
                "media_type": "image/jpeg",
                "encoding": "base64",
                "sha256": hashlib.sha256(picture).hexdigest(),
                "data": base64.b64encode(picture).decode(),
            },
            **changes,
        }
        self.publish(f"homeward/v1/{camera}/faces", message)
        return str(message["capture_id"])

    def publish(self, topic: str, message: dict[str, Any]) -> None:
        """Publish any message on any topic."""
        self.cloud.client("iot-data").publish(topic=topic, qos=1, payload=json.dumps(message).encode())

    def homeward(self, *arguments: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run the operator's command line, which must end with this code; None leaves that to the test."""
        command = [sys.executable, "-m", "homeward", *arguments, "--agency", "demo-dev"]
        environment = {**os.environ, **self.cloud.environment}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)
        assert code in {None, done.returncode}, done.stderr
        return done

    def encounters_at(self, camera: str) -> list[dict[str, Any]]:
        """The encounters at one camera; each test has cameras of its own."""
        return [encounter for encounter in self.watch.encounters() if encounter["camera"] == camera]

    def alerts_at(self, camera: str) -> list[str]:
        """The text messages about one camera."""
        self.watch.new_alerts()
        return [alert.text for alert in self.watch.alerts if alert.document["camera"] == camera]

    def searched(self, camera: str, *capture_ids: str) -> bool:
        """Whether these captures have been stored and none of the camera waits any more."""
        seen = self.watch.keys("DetectionBucket", f"captures/{camera}/")
        return not any(capture_id in key for key in seen for capture_id in capture_ids)


def jpeg(path: Path, *, quality: int = 85) -> bytes:
    """The picture at the size that a camera sends; another quality gives other bytes of the same face."""
    picture = cv2.imread(str(path))
    assert picture is not None, path
    scale = min(1.0, 480 / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes())


@pytest.fixture(scope="session")
def feed_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FeedSite]:
    with serving(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory, feed_site: FeedSite) -> Iterator[Town]:
    documents = tmp_path_factory.mktemp("documents")
    write_case(documents, number=900501, name="Marlowe Exampleton", picture=PERSON[0])
    write_case(documents, number=900502, name="Quentin Placeholder", picture=OTHER_PERSON)
    settings = CloudSettings(state=tmp_path_factory.mktemp("cloud"), documents=documents).with_free_ports()
    with running_cloud(settings) as cloud, web_server() as web:
        agency = write_agency_file(settings.state / "demo.toml", namus_url=settings.endpoints["namus"])
        agency.write_text(agency.read_text() + feed_site.table)
        records = f'\n[[alerting.recipients]]\nname = "records"\nwebhook = "{web.url}"\n'
        agency.write_text(agency.read_text() + records)
        deployment = deploy_agency(cloud, agency)
        town = Town(cloud, deployment, Watch(deployment), documents, web)
        town.ingest()
        yield town


@pytest.fixture(scope="session")
def stranger() -> bytes:
    """Somebody who is nobody's case."""
    return jpeg(distinct_faces()[0])


def write_case(documents: Path, *, number: int, name: str, picture: Path) -> None:
    """Write a fictional NamUs document with one photo, from the golden one."""
    document = json.loads((ROOT / "tests" / "golden" / "namus_case.json").read_text().replace("900501", str(number)))
    given, family = name.split()
    document["subjectIdentification"] |= {"firstName": given, "lastName": family}
    identity = document["images"][0]["identityId"]
    (documents / "images").mkdir(exist_ok=True)
    shutil.copyfile(picture, documents / "images" / f"{identity}.jpg")
    (documents / f"{number}.json").write_text(json.dumps(document))
