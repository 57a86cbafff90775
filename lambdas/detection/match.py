"""Search a capture in the gallery: who resembles an open case becomes an encounter, everybody else is deleted.

An encounter that alerts is told of at once, from here: the stream and the sweep send what this could not.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.cases.probe import may_meet
from lambdas.common.keys import bad_capture_key, evidence_key
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

_MOST_BYTES = 5_242_880  # that Rekognition takes with a request; it fetches larger ones from the bucket


class Outcome(StrEnum):
    """How the search of one capture ended; each is counted, and only `CANDIDATE` leaves anything behind."""

    CANDIDATE = "CapturesWithCandidate"
    NO_CANDIDATE = "CapturesWithoutCandidate"
    NO_FACE = "CapturesWithoutFace"
    GONE = "CapturesAlreadySearched"
    QUARANTINED = "CapturesQuarantined"


class UnreadableCaptureError(ValueError):
    """The object can never be searched; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Matcher:
    """The gallery that a capture is held against, and what becomes of those who resemble somebody in it.

    `collection` gives the name of the one to search.
    `notifier` is made when the first alert needs it: nearly every capture is of somebody who is not missing.
    `timed` is told the hops (lambdas/encounters/hops.py) and their milliseconds.
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
    timed: Callable[[str, float], None]
    now: Callable[[], datetime]

    def match(self, key: str) -> Outcome:
        """Search one capture, once or however often it is delivered."""
        try:
            found = self._read(key)
            if found is None:
                return Outcome.GONE
            outcome = self._search(key, *found)
        except UnreadableCaptureError as error:
            self._quarantine(key, reason=str(error))
            return Outcome.QUARANTINED
        self.s3.delete_object(Bucket=self.bucket, Key=key)
        return outcome

    def _read(self, key: str) -> tuple[Capture, ImageTypeDef] | None:
        """The capture, and the picture as a search takes it: one request to S3 for both, unless it is too large."""
        try:
            answer = self.s3.get_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if is_not_found(error):
                return None
            raise
        with closing(answer["Body"]) as body:
            image: ImageTypeDef = {"S3Object": {"Bucket": self.bucket, "Name": key}}
            if answer["ContentLength"] <= _MOST_BYTES:
                image = {"Bytes": body.read()}
        try:
            capture = capture_of_object(
                key, etag=answer["ETag"], last_modified=answer["LastModified"], metadata=answer["Metadata"]
            )
        except ValueError as error:
            raise UnreadableCaptureError(str(error)) from error
        return capture, image

    def _search(self, key: str, capture: Capture, image: ImageTypeDef) -> Outcome:
        try:
            answer = self.rekognition.search_faces_by_image(
                CollectionId=self.collection(),
                Image=image,
                FaceMatchThreshold=self.encounters.policy.base.review,
                # Several photos of each of several cases.
                MaxFaces=MAX_CASES,
                QualityFilter="NONE",
            )
        except ClientError as error:
            return _outcome_of(error)
        searched_at = self.now()
        self._time(capture, searched_at)
        found = likenesses_by_case(answer["FaceMatches"])
        if not found:
            return Outcome.NO_CANDIDATE
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
        return Outcome.CANDIDATE if candidates else Outcome.NO_CANDIDATE

    def _time(self, capture: Capture, searched_at: datetime) -> None:
        """How long it took so far: durations, which say nothing of who it was. Once searched, it is not timed again."""
        if capture.known_cases:
            return
        instants = {
            "captured_at": capture.captured_at,
            "received_at": capture.received_at,
            "stored_at": capture.stored_at,
            "searched_at": searched_at,
        }
        for hop, milliseconds in hops(instants):
            self.timed(hop, milliseconds)

    def _record(
        self, key: str, capture: Capture, candidate: Candidate, context: MatchContext, *, searched_at: datetime
    ) -> None:
        """Who is to hear of it hears before its picture is in its place: both may be repeated."""
        window, site = context.windows[candidate.case.case_id], context.site
        placement = self.encounters.place(
            candidate,
            capture,
            window,
            searched_at=searched_at,
            now=self.now(),
            preparing=lambda encounter: self.notifier().first_alert_writes(encounter, candidate.case, site=site),
        )
        if placement.opened is None:
            mine = self.encounters.join(placement, candidate, capture, now=self.now())
        else:
            mine = placement.opened if placement.opened.alert else None
        if mine:
            self.notifier().send(mine, candidate.case, site=site, is_prepared=placement.is_prepared)
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
            Metadata={"reason": reason.encode("ascii", "replace").decode()},
            MetadataDirective="REPLACE",
        )
        self.s3.delete_object(Bucket=self.bucket, Key=key)


def _outcome_of(error: ClientError) -> Outcome:
    """What a refused search means, where it is a normal outcome.

    Raises:
        UnreadableCaptureError: Rekognition will never read this object.
        ClientError: anything else, for the queue to deliver the capture again.
    """
    if has_no_face(error):
        return Outcome.NO_FACE
    if reason := why_unreadable(error):
        raise UnreadableCaptureError(reason) from error
    raise error
