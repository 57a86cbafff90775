"""Search the captures that encounters hold again, when the gallery has got new faces.

Each goes back to where new captures arrive, with what it was known for, so that it takes the one way that all take;
the cases that it has been an encounter of already are named, and are not found again.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.cases.gallery_news import is_retrospective_due, note_retrospective
from lambdas.common.keys import capture_key
from lambdas.common.s3_objects import is_not_found
from lambdas.common.times import from_text
from lambdas.encounters.encounter import Review
from lambdas.encounters.table import all_encounters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

# The others hold no pictures any more.
_HELD = frozenset({Review.OPEN, Review.CONFIRMED, Review.UNDECIDED})


@dataclass(frozen=True)
class _Held:
    """One capture that an encounter keeps, and every case that it is known to resemble."""

    capture_id: str
    camera: str
    captured_at: str
    key: str
    known_cases: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Retrospective:
    """The encounters and their pictures; at most `limit` captures are searched again in one go, the newest first."""

    s3: S3Client
    dynamodb: DynamoDBClient
    bucket: str
    encounters_table: str
    cases_table: str
    limit: int
    now: Callable[[], datetime]

    def run(self) -> int:
        """The number of captures that are on their way to be searched again; 0 where the gallery has nothing new."""
        if not is_retrospective_due(self.dynamodb, table=self.cases_table):
            return 0
        began = self.now()
        held = sorted(self._held(), key=lambda capture: capture.captured_at, reverse=True)[: self.limit]
        sent = sum(self._send(capture) for capture in held)
        note_retrospective(self.dynamodb, table=self.cases_table, began=began)
        return sent

    def _held(self) -> Iterator[_Held]:
        encounters = list(all_encounters(self.dynamodb, table=self.encounters_table))
        known: dict[str, set[str]] = defaultdict(set)
        for encounter in encounters:
            for capture_id in encounter.sightings:
                known[capture_id].add(encounter.case_id)
        best: dict[str, _Held] = {}
        for encounter in encounters:
            if encounter.review in _HELD:
                capture_id, sighting = max(encounter.sightings.items(), key=lambda item: item[1].similarity)
                best[capture_id] = _Held(
                    capture_id=capture_id,
                    camera=encounter.camera,
                    captured_at=sighting.captured_at,
                    key=sighting.key,
                    known_cases=frozenset(known[capture_id]),
                )
        yield from best.values()

    def _send(self, held: _Held) -> bool:
        """False where the picture is gone in the meantime."""
        try:
            head = self.s3.head_object(Bucket=self.bucket, Key=held.key)
            self.s3.copy_object(
                Bucket=self.bucket,
                CopySource={"Bucket": self.bucket, "Key": held.key},
                Key=capture_key(held.camera, from_text(held.captured_at), held.capture_id),
                Metadata={**head["Metadata"], "known-cases": " ".join(sorted(held.known_cases))},
                MetadataDirective="REPLACE",
                ContentType=head["ContentType"],
            )
        except ClientError as error:
            if is_not_found(error):
                return False
            raise
        return True
