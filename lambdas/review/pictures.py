"""Where the pictures of an encounter belong after a verdict: kept, waiting, or deleted.

A picture that has to move is copied, then the encounter says where it is, then the old one is deleted: a crash between
any two of these loses nothing, and settling again finishes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.common.dynamodb import to_attributes, update_if
from lambdas.common.keys import confirmed_key, evidence_key, picture_of_key
from lambdas.common.s3_objects import is_not_found, objects_under
from lambdas.encounters.encounter import Review
from lambdas.encounters.table import read_encounter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from lambdas.encounters.encounter import Encounter

_FOLDERS = ("encounters/", "confirmed/")
# Somebody else may be about to say that the copy under confirmed/ is the one to keep.
_GRACE = timedelta(hours=1)
_WAITING = frozenset({Review.OPEN, Review.UNDECIDED})


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture of an encounter, as the detection bucket lists it."""

    key: str
    stored_at: datetime


def place_of(review: Review, encounter_id: str, capture_id: str) -> str | None:
    """The key under which a picture is kept after this review; None where it is not kept."""
    if review is Review.CONFIRMED:
        return confirmed_key(encounter_id, capture_id)
    return evidence_key(encounter_id, capture_id) if review in _WAITING else None


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """The detection bucket, and the encounters that its pictures are of."""

    s3: S3Client
    dynamodb: DynamoDBClient
    bucket: str
    table: str
    now: Callable[[], datetime]

    def settle(self, encounter_id: str) -> None:
        """Bring the pictures of an encounter where its review says; may be repeated, and be run by several at once."""
        while True:
            encounter = read_encounter(self.dynamodb, table=self.table, encounter_id=encounter_id)
            if encounter is None:  # what it left goes with the bucket's own rule
                return
            pictures = [picture for folder in _FOLDERS for picture in self._under(f"{folder}{encounter_id}/")]
            if all(self._settle(encounter, picture) for picture in pictures):
                return

    def settle_all(self) -> int:
        """Settle every encounter that a crash, or a sighting after its verdict, left unsettled; their number."""
        settled = 0
        for folder in _FOLDERS:
            for encounter_id, pictures in groupby(self._under(folder), key=lambda each: picture_of_key(each.key)[0]):
                encounter = read_encounter(self.dynamodb, table=self.table, encounter_id=encounter_id)
                if encounter and any(self._is_misplaced(encounter, picture) for picture in list(pictures)):
                    self.settle(encounter_id)
                    settled += 1
        return settled

    def _settle(self, encounter: Encounter, picture: Picture) -> bool:
        """False where the review changed meanwhile."""
        if not self._is_misplaced(encounter, picture):
            return True
        encounter_id, capture_id = picture_of_key(picture.key)
        place = place_of(encounter.review, encounter_id, capture_id)
        if place is None:
            self._delete(picture)
            return True
        if capture_id not in encounter.sightings:  # the matcher is about to add it; the next time it is found
            return True
        if not self._copy(picture, place):
            return True
        if not self._say_where(encounter, capture_id, place):
            return False
        if encounter.review is Review.CONFIRMED or picture.stored_at < self.now() - _GRACE:
            self._delete(picture)
        return True

    def _is_misplaced(self, encounter: Encounter, picture: Picture) -> bool:
        return picture.key != place_of(encounter.review, *picture_of_key(picture.key))

    def _copy(self, picture: Picture, place: str) -> bool:
        """False where somebody else has moved or deleted it."""
        source = {"Bucket": self.bucket, "Key": picture.key}
        try:
            self.s3.copy_object(Bucket=self.bucket, CopySource=source, Key=place)  # type: ignore[arg-type] # a plain dict
        except ClientError as error:
            if is_not_found(error):
                return False
            raise
        return True

    def _say_where(self, encounter: Encounter, capture_id: str, place: str) -> bool:
        said = update_if(
            self.dynamodb,
            TableName=self.table,
            Key={"encounter_id": {"S": encounter.encounter_id}},
            UpdateExpression="SET sightings.#capture.#key = :place",
            ConditionExpression="review = :review",
            ExpressionAttributeNames={"#capture": capture_id, "#key": "key"},
            ExpressionAttributeValues=to_attributes({":place": place, ":review": encounter.review.value}),
        )
        return said is not None

    def _under(self, prefix: str) -> Iterator[Picture]:
        for found in objects_under(self.s3, bucket=self.bucket, prefix=prefix):
            yield Picture(key=found["Key"], stored_at=found["LastModified"])

    def _delete(self, picture: Picture) -> None:
        self.s3.delete_object(Bucket=self.bucket, Key=picture.key)
