"""A deployed agency, as the tests use it: send pictures, run commands, look at encounters and alerts."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2

from homeward.fleet.cameras_table import add_entry, read_entry
from homeward.synthetic_capture.message import synthetic_message
from lambdas.common.things import thing_name, topic
from local_cloud.demo.metrics import metric_sums
from local_cloud.demo.sync import sync
from local_cloud.demo.watch import wait_until
from local_cloud.paths import ROOT
from tests.support.homeward_program import run_homeward

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from homeward.deployment.outputs import Deployment
    from local_cloud.cloud import Cloud
    from local_cloud.demo.watch import Watch
    from tests.support.web import Web

FACES = ROOT / ".local" / "faces"
PERSON = [FACES / name for name in ("obama.jpg", "obama2.jpg", "obama3.jpg")]
OTHER_PERSON = FACES / "biden.jpg"
CASE, OTHER_CASE = "namus:MP900501", "namus:MP900502"


@dataclass(frozen=True)
class DeployedAgency:
    """An agency on a local cloud.

    Attributes:
        watch: Reads the deployment's data.
        documents: Folder of NamUs documents that the stand-in serves.
        web: Web server that receives the agency's webhook.
    """

    cloud: Cloud
    deployment: Deployment
    watch: Watch
    documents: Path
    web: Web

    def ingest(self) -> None:
        """Sync as the schedule does, and wait until every photo is indexed or refused."""
        sync(self.deployment, "namus")
        wait_until("the gallery", lambda: not self.watch.gallery()["pending"])

    def send(self, picture: bytes, *, camera: str, **changes: Any) -> str:
        """Publish a picture as a registered camera does, and return its capture id."""
        message = face_message(picture, camera=camera, **changes)
        thing = thing_name(self.deployment.stage, camera)
        if read_entry(self.deployment, camera) is None:
            add_entry(self.deployment, camera, thing=thing, site=camera)
        self.publish(topic(self.deployment.stage, thing, "faces"), message)
        return str(message["capture_id"])

    def publish(self, topic: str, message: dict[str, Any]) -> None:
        """Publish a message on a topic."""
        self.deployment.client("iot-data").publish(topic=topic, qos=1, payload=json.dumps(message).encode())

    def homeward(self, *arguments: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run the operator's command line and check its exit code, unless `code` is None."""
        options = ("--agency", self.deployment.stage)
        done = run_homeward(*arguments, *options, environment=self.cloud.environment)
        assert code in {None, done.returncode}, done.stderr
        return done

    def counted(self, metric: str) -> int:
        """Sum a metric of the store-capture function."""
        return metric_sums(self.deployment, "StoreCaptureLogGroup", metric).get(metric, 0)

    def encounters_at(self, camera: str) -> list[dict[str, Any]]:
        """List the encounters at one camera. Each test has its own cameras."""
        return [encounter for encounter in self.watch.encounters() if encounter["camera"] == camera]

    def alerts_at(self, camera: str) -> list[str]:
        """List the text messages about one camera."""
        self.watch.new_alerts()
        return [alert.text for alert in self.watch.alerts if alert.document["camera"] == camera]

    def searched(self, camera: str, *capture_ids: str) -> bool:
        """Tell whether the detection bucket holds none of these captures any more."""
        keys = self.watch.keys("DetectionBucket", f"captures/{camera}/")
        return not any(capture_id in key for key in keys for capture_id in capture_ids)


def face_message(picture: bytes, *, camera: str = "cam-01", **changes: Any) -> dict[str, Any]:
    """Build a camera's message that shows the picture, taken now."""
    return synthetic_message(picture, camera=camera, **changes)


def jpeg(path: Path, *, quality: int = 85) -> bytes:
    """Encode a picture at a camera's size. Another quality gives other bytes of the same face."""
    picture = cv2.imread(str(path))
    assert picture is not None, path
    scale = min(1.0, 480 / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes())


def write_case(documents: Path, *, number: int, name: str, picture: Path) -> None:
    """Write a fictional NamUs document with one photo, based on the golden document."""
    document = json.loads((ROOT / "tests" / "golden" / "namus_case.json").read_text().replace("900501", str(number)))
    given, family = name.split()
    document["subjectIdentification"] |= {"firstName": given, "lastName": family}
    identity = document["images"][0]["identityId"]
    (documents / "images").mkdir(exist_ok=True)
    shutil.copyfile(picture, documents / "images" / f"{identity}.jpg")
    (documents / f"{number}.json").write_text(json.dumps(document))
