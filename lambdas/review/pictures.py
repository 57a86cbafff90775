"""Move or delete the pictures of an encounter as its review demands.

A move copies the picture, then records the new key in the encounter, then deletes the old picture. A crash between two
steps loses nothing: the next call of `settle` finishes the move. A picture that leaves confirmed/ is deleted there only
after an hour, by the daily run, because another verdict may be about to confirm it again.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.common.dynamodb import update_if
from lambdas.common.keys import (
    CONFIRMED,
    EVIDENCE,
    confirmed_key,
    confirmed_prefix,
    evidence_key,
    evidence_prefix,
    picture_of_key,
)
from lambdas.common.s3_objects import delete_versions, is_not_found, objects_under, put_once
from lambdas.encounters.encounter import Review
from lambdas.encounters.sighting_updates import move_picture
from lambdas.encounters.table import read_encounter, read_readable
from lambdas.review.each import each_to_its_end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from lambdas.encounters.encounter import Encounter

_GRACE = timedelta(hours=1)
# Who undoes a verdict in the last moment still finds the pictures: the undo is written within this time.
UNDO_TAKES = timedelta(minutes=1)
_WAITING = frozenset({Review.OPEN, Review.UNDECIDED})


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture in the detection bucket."""

    key: str
    stored_at: datetime


def kept_key(review: Review, encounter_id: str, capture_id: str) -> str | None:
    """Return the key that a picture has after this review; None if it is deleted."""
    if review is Review.CONFIRMED:
        return confirmed_key(encounter_id, capture_id)
    return evidence_key(encounter_id, capture_id) if review in _WAITING else None


def has_pictures(encounter: Encounter) -> bool:
    """Tell whether the review of an encounter keeps its pictures."""
    return kept_key(encounter.review, "", "") is not None


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """The pictures in the detection bucket and their encounters."""

    s3: S3Client
    dynamodb: DynamoDBClient
    bucket: str
    table: str
    now: Callable[[], datetime]

    def settle(self, encounter_id: str) -> None:
        """Move or delete the pictures of an encounter. Idempotent, and safe to run concurrently."""
        while True:
            encounter = read_encounter(self.dynamodb, table=self.table, encounter_id=encounter_id)
            if encounter is None:  # the lifecycle rule of encounters/ deletes its pictures
                return
            prefixes = (evidence_prefix(encounter_id), confirmed_prefix(encounter_id))
            pictures = [picture for prefix in prefixes for picture in self._under(prefix)]
            if all(self._settle(encounter, picture) for picture in pictures):
                return

    def settle_all(self) -> int:
        """Settle every encounter with a misplaced picture, after a crash or a late sighting. Return their number.

        Raises:
            ExceptionGroup: some encounters failed, after all others are settled.
        """
        return each_to_its_end(self._misplaced(), self.settle, what="settled")

    def _misplaced(self) -> Iterator[str]:
        for prefix in (EVIDENCE, CONFIRMED):
            for encounter_id, pictures in groupby(self._under(prefix), key=lambda each: picture_of_key(each.key)[0]):
                encounter = read_readable(self.dynamodb, table=self.table, encounter_id=encounter_id)
                if encounter and any(self._is_misplaced(encounter, picture) for picture in list(pictures)):
                    yield encounter_id

    def _settle(self, encounter: Encounter, picture: Picture) -> bool:
        """Return False if the review changed meanwhile."""
        if not self._is_misplaced(encounter, picture):
            return True
        capture_id = picture_of_key(picture.key)[1]
        key = self._right_key(encounter, picture)
        if key is None:
            self._delete(picture)
            return True
        if not self._copy(picture, key):
            return True
        if not self._record_key(encounter, capture_id, key):
            return False
        if encounter.review is Review.CONFIRMED or picture.stored_at < self.now() - _GRACE:
            self._delete(picture)
        return True

    def _is_misplaced(self, encounter: Encounter, picture: Picture) -> bool:
        return picture.key != self._right_key(encounter, picture)

    def _right_key(self, encounter: Encounter, picture: Picture) -> str | None:
        """Return the key that the picture has after the review; None if it is deleted.

        A full encounter drops sightings, whose pictures go. A new picture's sighting may be younger than the read.
        """
        encounter_id, capture_id = picture_of_key(picture.key)
        if capture_id in encounter.sightings:
            key = kept_key(encounter.review, encounter_id, capture_id)
            return picture.key if key is None and encounter.can_be_undone(self.now() - UNDO_TAKES) else key
        is_new = picture.stored_at >= self.now() - _GRACE
        return picture.key if is_new and has_pictures(encounter) else None

    def _copy(self, picture: Picture, key: str) -> bool:
        """Return False if another process has moved or deleted the picture."""
        try:
            answer = self.s3.get_object(Bucket=self.bucket, Key=picture.key)
        except ClientError as error:
            if is_not_found(error):
                return False
            raise
        with closing(answer["Body"]) as body:
            # A picture that is there already stays: evidence is written once.
            put_once(
                self.s3,
                Bucket=self.bucket,
                Key=key,
                Body=body.read(),
                ContentType=answer["ContentType"],
                Metadata=answer["Metadata"],
            )
        return True

    def _record_key(self, encounter: Encounter, capture_id: str, key: str) -> bool:
        """Return False if the review changed meanwhile."""
        return update_if(self.dynamodb, **move_picture(self.table, encounter, capture_id, key)) is not None

    def _under(self, prefix: str) -> Iterator[Picture]:
        for found in objects_under(self.s3, bucket=self.bucket, prefix=prefix):
            yield Picture(key=found["Key"], stored_at=found["LastModified"])

    def _delete(self, picture: Picture) -> None:
        delete_versions(self.s3, bucket=self.bucket, key=picture.key)
