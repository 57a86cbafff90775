"""Search a capture in the gallery, record a match as an encounter, and delete every other capture.

The matcher sends the first alert of an encounter itself. If that fails, the stream or the sweep sends it.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.cases.probe import may_meet
from lambdas.common.keys import bad_capture_key, evidence_key
from lambdas.common.reasons import reason_metadata
from lambdas.common.s3_objects import is_not_found
from lambdas.detection.candidates import candidates_among, likenesses_by_case
from lambdas.detection.capture import Capture, capture_of_object
from lambdas.detection.match_context import MAX_CASES, read_match_context
from lambdas.detection.search_refusals import has_no_face, why_unreadable
from lambdas.encounters.hops import hops

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_rekognition.type_defs import ImageTypeDef
    from mypy_boto3_s3 import S3Client

    from lambdas.alerting.notify import Notifier
    from lambdas.detection.candidates import Candidate
    from lambdas.detection.match_context import MatchContext
    from lambdas.detection.placement import Encounters

_MAX_REQUEST_BYTES = 5_242_880  # Rekognition's limit for bytes in a request; it reads larger objects from S3


class MatchOutcome(StrEnum):
    """The result of one capture, counted as a metric. Only `CANDIDATE` keeps the picture."""

    CANDIDATE = "CapturesWithCandidate"
    NO_CANDIDATE = "CapturesWithoutCandidate"
    NO_FACE = "CapturesWithoutFace"
    GONE = "CapturesAlreadySearched"
    QUARANTINED = "CapturesQuarantined"


class UnreadableCaptureError(ValueError):
    """The object can never be searched. The message says why."""


@dataclass(frozen=True, kw_only=True)
class Matcher:
    """Matches captures of the detection bucket against the face collection.

    `collection` returns the name of the collection to search. `notifier` returns the notifier, which is built only for
    the first alert, since few captures match. `record_hop` gets each hop (lambdas/encounters/hops.py), in ms.
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
    now: Callable[[], datetime]

    def match(self, key: str) -> MatchOutcome:
        """Search one capture. Idempotent: the event may be redelivered."""
        try:
            found = self._read(key)
            if found is None:
                return MatchOutcome.GONE
            outcome = self._search(key, *found)
        except UnreadableCaptureError as error:
            self._quarantine(key, reason=str(error))
            return MatchOutcome.QUARANTINED
        self.s3.delete_object(Bucket=self.bucket, Key=key)
        return outcome

    def _read(self, key: str) -> tuple[Capture, ImageTypeDef] | None:
        """Read the capture and its picture in one S3 request; Rekognition reads a larger picture itself."""
        try:
            answer = self.s3.get_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if is_not_found(error):
                return None
            raise
        with closing(answer["Body"]) as body:
            image: ImageTypeDef = {"S3Object": {"Bucket": self.bucket, "Name": key}}
            if answer["ContentLength"] <= _MAX_REQUEST_BYTES:
                image = {"Bytes": body.read()}
        try:
            capture = capture_of_object(
                key, etag=answer["ETag"], last_modified=answer["LastModified"], metadata=answer["Metadata"]
            )
        except ValueError as error:
            raise UnreadableCaptureError(str(error)) from error
        if answer["ContentLength"] == 0:
            raise UnreadableCaptureError("the object is empty")
        return capture, image

    def _search(self, key: str, capture: Capture, image: ImageTypeDef) -> MatchOutcome:
        try:
            answer = self.rekognition.search_faces_by_image(
                CollectionId=self.collection(),
                Image=image,
                FaceMatchThreshold=self.encounters.policy.base.review,
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
            return MatchOutcome.NO_CANDIDATE
        context = read_match_context(
            self.dynamodb,
            found,
            capture.camera,
            cases_table=self.cases_table,
            cameras_table=self.cameras_table,
            encounters_table=self.encounters.table,
        )
        cases = [case for case in context.open_cases if may_meet(case, capture.camera)]
        among = candidates_among(found, cases, self.encounters.policy)
        candidates = [candidate for candidate in among if candidate.case.case_id not in capture.known_cases]
        for candidate in candidates:
            self._record(key, capture, candidate, context, searched_at=searched_at)
        return MatchOutcome.CANDIDATE if candidates else MatchOutcome.NO_CANDIDATE

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

    def _record(
        self, key: str, capture: Capture, candidate: Candidate, context: MatchContext, *, searched_at: datetime
    ) -> None:
        """Alert first, then copy the picture. Both steps are idempotent."""
        case, site = candidate.case, context.site
        placement = self.encounters.place(
            candidate,
            capture,
            context.windows[case.case_id],
            searched_at=searched_at,
            now=self.now(),
            first_alert_writes=lambda encounter: self.notifier().first_alert_writes(encounter, case, site=site),
        )
        if placement.opened is None:
            to_alert = self.encounters.join(placement, candidate, capture, now=self.now())
        else:
            to_alert = placement.opened if placement.opened.alert else None
        if to_alert:
            self.notifier().send(to_alert, case, site=site, is_prepared=placement.is_prepared)
        self.s3.copy_object(
            Bucket=self.bucket,
            CopySource={"Bucket": self.bucket, "Key": key},
            Key=evidence_key(placement.encounter_id, capture.capture_id),
        )

    def _quarantine(self, key: str, *, reason: str) -> None:
        source: Any = {"Bucket": self.bucket, "Key": key}
        self.s3.copy_object(
            Bucket=self.bucket,
            CopySource=source,
            Key=bad_capture_key(key),
            Metadata=reason_metadata(reason),
            MetadataDirective="REPLACE",
        )
        self.s3.delete_object(Bucket=self.bucket, Key=key)


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
