"""Send one capture through a deployed environment, and measure the time of each hop."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from homeward.fleet.cameras_table import add_entry_until
from homeward.synthetic_capture.cleanup import clean_up, encounters_of
from homeward.synthetic_capture.message import probe_message
from lambdas.cases.case import Case, Name, SourcePhoto
from lambdas.cases.probe import PROBE_CAMERA, PROBE_SOURCE
from lambdas.cases.table import read_photo
from lambdas.common.things import thing_name, topic
from lambdas.common.times import now
from lambdas.detection.gallery_search import NoFaceError
from lambdas.encounters.encounter import AlertState
from lambdas.encounters.hops import hops_of
from lambdas.encounters.table import read_encounter
from lambdas.ingest.gallery.wiring import open_gallery

if TYPE_CHECKING:
    from collections.abc import Callable

    from homeward.deployment.outputs import Deployment
    from lambdas.common.photos import PreparedPhoto
    from lambdas.encounters.encounter import Encounter

T = TypeVar("T")

_PHOTO = SourcePhoto(photo_id="1", url="probe:")
_POLL_SECONDS = 0.2
_MARGIN_S = 120  # the store-capture function reads the entry again after a minute


class ProbeTimeoutError(RuntimeError):
    """A hop did not finish in time. The text says which one, and where to look."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One probe of an environment.

    Attributes:
        deployment: The environment.
        photo: The picture, both for the probe's case and for its capture.
        timeout_s: Maximum wait for each step.
        progress: Called with a description of each step.
    """

    deployment: Deployment
    photo: PreparedPhoto
    timeout_s: float
    progress: Callable[[str], None]

    def run(self) -> dict[str, float]:
        """Run the probe, delete its traces, and return the milliseconds of each hop.

        The hops lead from the photo to its face in the collection, and from the capture to its alert.

        Raises:
            ProbeTimeoutError: A hop did not finish in time.
            NoFaceError: The picture has no usable face.
        """
        clean_up(self.deployment)
        case_id = f"{PROBE_SOURCE}:{uuid.uuid4().hex[:12]}"
        try:
            began = time.monotonic()
            self._enroll(case_id)
            indexed_ms = round((time.monotonic() - began) * 1000, 1)
            self._register()
            self._publish()
            encounter = self._alerted_encounter(case_id)
        finally:
            clean_up(self.deployment)
        return {"EnrolledToIndexed": indexed_ms, **dict(hops_of(encounter))}

    def _enroll(self, case_id: str) -> None:
        """Store a case with the photo, and wait until its face is in the collection."""
        self.progress("enrolling the photo as the probe's own case")
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

        self._wait(
            indexed,
            "the photo is stored but has no face in the collection: check the queue PhotoEventsDeadLetters, and the"
            " log of the function IndexPhoto",
        )

    @property
    def _thing(self) -> str:
        return thing_name(self.deployment.stage, PROBE_CAMERA)

    def _register(self) -> None:
        """Register the probe's camera until the longest time that the rest of the probe can take."""
        until = now() + timedelta(seconds=2 * self.timeout_s + _MARGIN_S)
        add_entry_until(self.deployment, PROBE_CAMERA, thing=self._thing, until=until)

    def _publish(self) -> None:
        self.progress("publishing a capture of the photo as a camera would")
        self.deployment.client("iot-data").publish(
            topic=topic(self.deployment.stage, self._thing, "faces"), qos=1, payload=probe_message(self.photo.jpeg)
        )

    def _alerted_encounter(self, case_id: str) -> Encounter:
        """Wait for the encounter and then for its alert."""
        self.progress("waiting for the encounter")
        encounter_id: str = self._wait(
            lambda: next(iter(encounters_of(self.deployment, case_id)), None),
            "the capture was published but no encounter was created: check the queues CaptureFailures and"
            " CaptureEventsDeadLetters, and the log of the match function",
        )
        self.progress("waiting for the alert, which has no recipients")

        def alerted() -> Encounter | None:
            table = self.deployment["EncountersTable"]
            encounter = read_encounter(self.deployment.client("dynamodb"), table=table, encounter_id=encounter_id)
            return encounter if encounter and encounter.alert is AlertState.SENT else None

        return self._wait(
            alerted, "the encounter was created but SNS got no alert: check the log of the match function"
        )

    def _wait(self, poll: Callable[[], T | None], on_timeout: str) -> T:
        """Poll until the answer is truthy, and return it."""
        end = time.monotonic() + self.timeout_s
        while time.monotonic() < end:
            if answer := poll():
                return answer
            time.sleep(_POLL_SECONDS)
        raise ProbeTimeoutError(f"{on_timeout} (waited {self.timeout_s:g} s)")
