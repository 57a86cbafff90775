"""One synthetic capture through a deployed environment, hop by hop, and nothing of it left."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from PIL import Image

from lambdas.cases.case import Case, CaseStatus, Name, SourcePhoto
from lambdas.cases.table import CASE_RECORD, read_photo, record_key
from lambdas.common.dynamodb import from_attributes
from lambdas.common.keys import document_key
from lambdas.common.probe import PROBE_CAMERA, PROBE_SOURCE
from lambdas.common.s3_objects import delete_under
from lambdas.common.times import now, to_text
from lambdas.detection.windows import read_window
from lambdas.encounters.encounter import AlertState, NoticeKind, notice_key
from lambdas.encounters.hops import hops_of
from lambdas.encounters.table import read_encounter, window_key
from lambdas.ingest.gallery.wiring import open_gallery, open_withdrawal

if TYPE_CHECKING:
    from collections.abc import Callable

    from homeward.deployment.outputs import Deployment
    from lambdas.common.photos import Photo
    from lambdas.encounters.encounter import Encounter

T = TypeVar("T")

_PHOTO = SourcePhoto(photo_id="1", url="probe:")
_CROP_PX = 480  # what a camera sends


class StoppedError(RuntimeError):
    """The probe did not come through; the text says how far it came, and where to look."""


class NoFaceError(ValueError):
    """The gallery finds no face in the picture, so no search would."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One probe of an environment. Each step waits at most `timeout_s` seconds."""

    deployment: Deployment
    photo: Photo
    timeout_s: float
    progress: Callable[[str], None]

    def run(self) -> dict[str, float]:
        """Milliseconds of each hop: of the photo to its face in the collection, and of the capture to its alert.

        Raises:
            StoppedError: a hop did not end in time.
            NoFaceError: the picture has no usable face.
        """
        clean_up(self.deployment)
        case_id = f"{PROBE_SOURCE}:{uuid.uuid4().hex[:12]}"
        try:
            began = time.monotonic()
            self._enrol(case_id)
            indexed_ms = round((time.monotonic() - began) * 1000, 1)
            self._send()
            encounter = self._encounter(case_id)
        finally:
            clean_up(self.deployment)
        return {"EnrolledToIndexed": indexed_ms, **dict(hops_of(encounter))}

    def _enrol(self, case_id: str) -> None:
        self.progress("enrolling the photo as a case of the probe's own")
        gallery = open_gallery(self.deployment)
        source_id = case_id.partition(":")[2]
        names = (Name(given="Homeward", family="probe"),)
        gallery.open_case(
            Case(case_id=case_id, source=PROBE_SOURCE, source_id=source_id, names=names, photos=(_PHOTO,)), b"{}"
        )
        gallery.put_photo(case_id, _PHOTO, self.photo)

        def indexed() -> bool:
            table = self.deployment["CasesTable"]
            record = read_photo(self.deployment.client("dynamodb"), table=table, case_id=case_id, photo_id="1") or {}
            if record.get("face_status") == "no_face":
                raise NoFaceError(str(record.get("reason", "no face in the picture")))
            return record.get("face_status") == "indexed"

        self._wait(indexed, "the photo is stored, but has no face in the collection: look at the queue PhotoEvents")

    def _send(self) -> None:
        self.progress("publishing a capture of it as a camera does")
        jpeg = _crop(self.photo.jpeg)
        message = {
            "schema": "homeward.face/1",
            "capture_id": str(uuid.uuid4()),
            "camera": PROBE_CAMERA,
            "captured_at": to_text(now()),
            "clock_synced": True,
            "detection": {"confidence": 0.99},
            "image": {
                "media_type": "image/jpeg",
                "encoding": "base64",
                "sha256": hashlib.sha256(jpeg).hexdigest(),
                "data": base64.b64encode(jpeg).decode(),
            },
        }
        self.deployment.client("iot-data").publish(
            topic=f"homeward/v1/{PROBE_CAMERA}/faces", qos=1, payload=json.dumps(message).encode()
        )

    def _encounter(self, case_id: str) -> Encounter:
        """The encounter, once its alert is out."""
        self.progress("waiting for its encounter")
        found: str = self._wait(
            lambda: next(iter(_encounters_of(self.deployment, case_id)), None),
            "the capture was published, but gave no encounter: look at the queues CaptureFailures and"
            " CaptureEventsDeadLetters, and the log of the match function",
        )
        self.progress("waiting for its alert, which goes to nobody")

        def alerted() -> Encounter | None:
            table = self.deployment["EncountersTable"]
            encounter = read_encounter(self.deployment.client("dynamodb"), table=table, encounter_id=found)
            return encounter if encounter and encounter.alert is AlertState.SENT else None

        return self._wait(alerted, "there is an encounter, but SNS has no alert: look at the log of the match function")

    def _wait(self, seen: Callable[[], T | None], stopped: str) -> T:
        end = time.monotonic() + self.timeout_s
        while time.monotonic() < end:
            if found := seen():
                return found
            time.sleep(0.2)
        raise StoppedError(f"{stopped} (waited {self.timeout_s:g} s)")


def clean_up(deployment: Deployment) -> None:
    """Take away all that a probe leaves, also of one that was killed before it could."""
    dynamodb, table = deployment.client("dynamodb"), deployment["CasesTable"]
    for case_id in _probe_cases(deployment):
        open_withdrawal(deployment).withdraw(case_id, CaseStatus.REMOVED)
        for encounter_id in _encounters_of(deployment, case_id):
            _delete_encounter(deployment, encounter_id)
        _delete(deployment, window_key(case_id, PROBE_CAMERA))
        deployment.client("s3").delete_object(Bucket=deployment["GalleryBucket"], Key=document_key(case_id))
        dynamodb.delete_item(TableName=table, Key=record_key(case_id, CASE_RECORD))
    _delete_pictures(deployment, f"captures/{PROBE_CAMERA}/")


def _probe_cases(deployment: Deployment) -> list[str]:
    pages = (
        deployment.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=deployment["CasesTable"],
            ConsistentRead=True,
            FilterExpression="begins_with(case_id, :probe)",
            ProjectionExpression="case_id",
            ExpressionAttributeValues={":probe": {"S": f"{PROBE_SOURCE}:"}},
        )
    )
    return sorted({item["case_id"]["S"] for page in pages for item in page["Items"]})


def _encounters_of(deployment: Deployment, case_id: str) -> list[str]:
    key = {"encounter_id": {"S": window_key(case_id, PROBE_CAMERA)}}
    answer = deployment.client("dynamodb").get_item(
        TableName=deployment["EncountersTable"], Key=key, ConsistentRead=True
    )
    window = read_window(from_attributes(answer.get("Item", {})))
    return [opened.encounter_id for opened in window.encounters]


def _delete_encounter(deployment: Deployment, encounter_id: str) -> None:
    for kind in NoticeKind:
        _delete(deployment, notice_key(encounter_id, kind))
    _delete(deployment, encounter_id)
    _delete_pictures(deployment, f"encounters/{encounter_id}/")


def _delete(deployment: Deployment, key: str) -> None:
    deployment.client("dynamodb").delete_item(TableName=deployment["EncountersTable"], Key={"encounter_id": {"S": key}})


def _delete_pictures(deployment: Deployment, prefix: str) -> None:
    delete_under(deployment.client("s3"), bucket=deployment["DetectionBucket"], prefix=prefix)


def _crop(jpeg: bytes) -> bytes:
    """The picture at the size of a camera's message."""
    image = Image.open(io.BytesIO(jpeg))
    image.thumbnail((_CROP_PX, _CROP_PX))
    small = io.BytesIO()
    image.save(small, "JPEG", quality=85)
    return small.getvalue()
