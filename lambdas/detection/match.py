"""Search a capture in the gallery, record a match as an encounter, and delete every other capture.

The bytes that were searched are the bytes that an encounter keeps: their digest is in the sighting, and the picture is
written only where none is yet (docs/decisions/0038-evidence-is-written-once.md).

The matcher sends the first alert of an encounter itself. If that fails, the stream or the sweep sends it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.cases.probe import PROBE_CAMERA, may_meet
from lambdas.common.keys import evidence_key
from lambdas.detection.candidates import candidates_among, likenesses_by_case, top_candidate
from lambdas.detection.capture_object import UnreadableCaptureError, keep_picture, open_capture
from lambdas.detection.match_context import MAX_CASES, read_match_context
from lambdas.detection.search_refusals import MAX_REQUEST_BYTES, has_no_face, why_unreadable
from lambdas.encounters.hops import hops

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_rekognition.type_defs import ImageTypeDef
    from mypy_boto3_s3 import S3Client

    from lambdas.alerting.notify import Notifier
    from lambdas.detection.candidates import Candidate
    from lambdas.detection.capture import Capture
    from lambdas.detection.match_context import MatchContext
    from lambdas.detection.placement import Encounters


class MatchOutcome(StrEnum):
    """The result of one capture, counted as a metric. Only the first two keep the picture.

    `REUSED_ID` is a candidate whose capture id an encounter has for another picture; both pictures are kept.
    """

    CANDIDATE = "CapturesWithCandidate"
    REUSED_ID = "CapturesWithReusedId"
    NO_CANDIDATE = "CapturesWithoutCandidate"
    NO_FACE = "CapturesWithoutFace"
    GONE = "CapturesAlreadySearched"
    QUARANTINED = "CapturesQuarantined"


@dataclass(frozen=True, kw_only=True)
class Matcher:
    """Matches captures of the detection bucket against the face collection.

    `collection` returns the name of the collection to search. `notifier` returns the notifier, which is built only for
    the first alert, since few captures match. `record_hop` gets each hop (lambdas/encounters/hops.py), in ms.
    `record_score` gets the camera and the best similarity of each search, None if no open case was found.
    """

    s3: S3Client
    rekognition: RekognitionClient
    dynamodb: DynamoDBClient
    bucket: str
    collection: Callable[[], str]
    cases_table: str
    cameras_table: str
    encounters: Encounters
    notifier: Callable[[], Notifier]
    record_hop: Callable[[str, float], None]
    record_score: Callable[[str, float | None], None]
    now: Callable[[], datetime]

    def match(self, key: str) -> MatchOutcome:
        """Search one capture. Idempotent: the event may be redelivered."""
        found = open_capture(self.s3, bucket=self.bucket, key=key)
        if found is None:
            return MatchOutcome.GONE
        try:
            outcome = self._search(key, *found.read())
        except UnreadableCaptureError as error:
            found.quarantine(reason=str(error))
            return MatchOutcome.QUARANTINED
        found.delete()
        return outcome

    def _search(self, key: str, capture: Capture, picture: bytes) -> MatchOutcome:
        policy = self.encounters.policy.at(capture.camera)
        image: ImageTypeDef = {"Bytes": picture}
        if len(picture) > MAX_REQUEST_BYTES:
            image = {"S3Object": {"Bucket": self.bucket, "Name": key}}
        try:
            answer = self.rekognition.search_faces_by_image(
                CollectionId=self.collection(),
                Image=image,
                FaceMatchThreshold=policy.base.review,
                # A person may match several photos of several cases.
                MaxFaces=MAX_CASES,
                QualityFilter="NONE",
            )
        except ClientError as error:
            return _outcome_of(error)
        searched_at = self.now()
        self._time(capture, searched_at)
        found = likenesses_by_case(answer["FaceMatches"])
        if not found:
            self._count(capture, ())
            return MatchOutcome.NO_CANDIDATE
        context = read_match_context(
            self.dynamodb,
            found,
            capture.camera,
            cases_table=self.cases_table,
            cameras_table=self.cameras_table,
            encounters_table=self.encounters.table,
            now=searched_at,
        )
        cases = [case for case in context.open_cases if may_meet(case, capture.camera)]
        self._count(capture, (each.similarity for case in cases for each in found[case.case_id]))
        among = candidates_among(found, cases, policy, on=searched_at.date(), look_alikes=context.look_alikes)
        top = top_candidate(among, known=capture.known_cases)
        if top is None:
            return MatchOutcome.NO_CANDIDATE
        return self._record(capture, picture, top, context, searched_at=searched_at)

    def _time(self, capture: Capture, searched_at: datetime) -> None:
        """Record the hops so far, except in a retrospective search. Durations identify nobody."""
        if capture.known_cases:
            return
        instants = {
            "captured_at": capture.captured_at,
            "received_at": capture.received_at,
            "stored_at": capture.stored_at,
            "searched_at": searched_at,
        }
        for hop, milliseconds in hops(instants):
            self.record_hop(hop, milliseconds)

    def _count(self, capture: Capture, similarities: Iterable[float]) -> None:
        """Count the search by its best similarity. A retrospective search is of a passer-by who was counted before."""
        if not capture.known_cases and capture.camera != PROBE_CAMERA:
            self.record_score(capture.camera, max(similarities, default=None))

    def _record(
        self, capture: Capture, picture: bytes, candidate: Candidate, context: MatchContext, *, searched_at: datetime
    ) -> MatchOutcome:
        """Alert first, then keep the picture. Both steps are idempotent."""
        case, site = candidate.case, context.site
        placement = self.encounters.place(
            candidate,
            capture,
            context.windows[case.case_id],
            searched_at=searched_at,
            first_alerts=context.first_alerts,
            now=self.now(),
            first_alert_writes=lambda encounter: self.notifier().first_alert_writes(encounter, case, site=site),
        )
        outcome, key = MatchOutcome.CANDIDATE, None
        if placement.opened is None:
            joined = self.encounters.join(
                placement, candidate, capture, first_alerts=context.first_alerts, now=self.now()
            )
            to_alert, key = joined.to_alert, joined.added.key
            outcome = MatchOutcome.REUSED_ID if joined.added.is_id_reused else outcome
        else:
            to_alert = placement.opened if placement.opened.alert else None
            key = evidence_key(placement.encounter_id, capture.capture_id)
        if to_alert:
            self.notifier().send(to_alert, case, site=site)
            self.encounters.count_alert(capture.camera, now=self.now())
        if key:
            keep_picture(self.s3, capture, picture, bucket=self.bucket, key=key)
        return outcome


def _outcome_of(error: ClientError) -> MatchOutcome:
    """Translate a refused search to an outcome.

    Raises:
        UnreadableCaptureError: Rekognition can never read this object.
        ClientError: any other error; the queue redelivers the capture.
    """
    if has_no_face(error):
        return MatchOutcome.NO_FACE
    if reason := why_unreadable(error):
        raise UnreadableCaptureError(reason) from error
    raise error
