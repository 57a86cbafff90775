"""Search a capture in the gallery: who resembles an open case becomes an encounter, everybody else is deleted.

An encounter that alerts is told of at once, from here: the stream and the sweep send what this could not.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.common.case import CaseStatus
from lambdas.common.cases_table import read_case
from lambdas.common.collections_in_use import read_collections_in_use
from lambdas.common.hops import hops
from lambdas.common.keys import evidence_key
from lambdas.common.probe import may_meet
from lambdas.common.search_refusals import has_no_face, why_unreadable
from lambdas.detection.candidates import candidates_among, likenesses_by_case
from lambdas.detection.capture import Capture, capture_of_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_s3 import S3Client

    from lambdas.alerting.notify import Notifier
    from lambdas.common.case import Case
    from lambdas.detection.candidates import Candidate
    from lambdas.detection.encounters import Encounters

_MOST_FACES = 50  # matches asked of one search: several photos of each of several cases


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

    `collection` is the one that the deployment made; the cases table may name another that took over from it.
    `notifier` is made when the first alert needs it: nearly every capture is of somebody who is not missing.
    `timed` is told the hops (lambdas/common/hops.py) and their milliseconds.
    """

    s3: S3Client
    rekognition: RekognitionClient
    dynamodb: DynamoDBClient
    bucket: str
    collection: str
    cases_table: str
    encounters: Encounters
    notifier: Callable[[], Notifier]
    timed: Callable[[str, float], None]
    now: Callable[[], datetime]

    def match(self, key: str) -> Outcome:
        """Search one capture, once or however often it is delivered."""
        try:
            capture = self._capture(key)
            if capture is None:
                return Outcome.GONE
            outcome = self._search(key, capture)
        except UnreadableCaptureError as error:
            self._quarantine(key, reason=str(error))
            return Outcome.QUARANTINED
        self.s3.delete_object(Bucket=self.bucket, Key=key)
        return outcome

    def _capture(self, key: str) -> Capture | None:
        try:
            head = self.s3.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return None
            raise
        try:
            return capture_of_object(
                key, etag=head["ETag"], last_modified=head["LastModified"], metadata=head["Metadata"]
            )
        except ValueError as error:
            raise UnreadableCaptureError(str(error)) from error

    def _search(self, key: str, capture: Capture) -> Outcome:
        policy = self.encounters.policy
        try:
            answer = self.rekognition.search_faces_by_image(
                CollectionId=self._collection(),
                Image={"S3Object": {"Bucket": self.bucket, "Name": key}},
                FaceMatchThreshold=policy.base.review,
                MaxFaces=_MOST_FACES,
                QualityFilter="NONE",
            )
        except ClientError as error:
            return _outcome_of(error)
        searched_at = self.now()
        self._time(capture, searched_at)
        found = likenesses_by_case(answer["FaceMatches"])
        among = candidates_among(found, self._open_cases(found, capture.camera), policy)
        candidates = [candidate for candidate in among if candidate.case.case_id not in capture.known_cases]
        for candidate in candidates:
            self._record(key, capture, candidate, searched_at=searched_at)
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

    def _collection(self) -> str:
        """Read for each search, so that a rebuilt collection takes over between two of them."""
        in_use = read_collections_in_use(self.dynamodb, table=self.cases_table, deployed=self.collection)
        return in_use.active

    def _open_cases(self, case_ids: Iterable[str], camera: str) -> list[Case]:
        stored = (read_case(self.dynamodb, table=self.cases_table, case_id=case_id) for case_id in case_ids)
        is_open = (found.case for found in stored if found and found.status is CaseStatus.OPEN)
        return [case for case in is_open if may_meet(case, camera)]

    def _record(self, key: str, capture: Capture, candidate: Candidate, *, searched_at: datetime) -> None:
        """The picture is in its place before anybody is told of it, and every step may be repeated."""
        place = self.encounters.place(candidate, capture, searched_at=searched_at, now=self.now())
        self.s3.copy_object(
            Bucket=self.bucket,
            CopySource={"Bucket": self.bucket, "Key": key},
            Key=evidence_key(place.encounter_id, capture.capture_id),
        )
        if place.opened is None:
            mine = self.encounters.join(place, candidate, capture, now=self.now())
        else:
            mine = place.opened if place.opened.alert else None
        if mine:
            self.notifier().send(mine, candidate.case)

    def _quarantine(self, key: str, *, reason: str) -> None:
        source: Any = {"Bucket": self.bucket, "Key": key}
        self.s3.copy_object(
            Bucket=self.bucket,
            CopySource=source,
            Key=f"quarantine/{key}",
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
