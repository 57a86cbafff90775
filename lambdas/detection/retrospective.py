"""Search the kept captures of encounters again after the gallery got new faces.

Each capture is copied back under `captures/`, so that the match function searches it like a new one. Its metadata lists
the cases that it has matched before, which the match function ignores.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.cases.new_faces import Reader, is_due, note_run
from lambdas.common.keys import stored_capture_key
from lambdas.common.s3_objects import is_not_found
from lambdas.common.times import from_text
from lambdas.encounters.encounter import Review
from lambdas.encounters.table import all_encounters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

logger = logging.getLogger(__name__)

# Encounters in other states have no pictures.
_WITH_PICTURES = frozenset({Review.OPEN, Review.CONFIRMED, Review.UNDECIDED})


@dataclass(frozen=True)
class _KeptCapture:
    """A kept capture, and every case that it has matched."""

    capture_id: str
    camera: str
    captured_at: str
    key: str
    sha256: str | None
    known_cases: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Retrospective:
    """Sends kept captures back to the match function: the newest first, at most `limit` in one run."""

    s3: S3Client
    dynamodb: DynamoDBClient
    bucket: str
    encounters_table: str
    cases_table: str
    limit: int
    now: Callable[[], datetime]

    def run(self) -> int:
        """Send the captures and return their number; 0 if the gallery has no new face."""
        if not is_due(self.dynamodb, Reader.RETROSPECTIVE, table=self.cases_table):
            return 0
        began = self.now()
        captures = sorted(self._kept(), key=lambda capture: capture.captured_at, reverse=True)[: self.limit]
        sent = sum(self._send_if_readable(capture) for capture in captures)
        note_run(self.dynamodb, Reader.RETROSPECTIVE, table=self.cases_table, began=began)
        return sent

    def _kept(self) -> Iterator[_KeptCapture]:
        encounters = list(all_encounters(self.dynamodb, table=self.encounters_table))
        known: dict[str, set[str]] = defaultdict(set)
        for encounter in encounters:
            for capture_id in encounter.sightings:
                known[capture_id].add(encounter.case_id)
        best: dict[str, _KeptCapture] = {}
        for encounter in encounters:
            if encounter.review in _WITH_PICTURES:
                capture_id, sighting = max(encounter.sightings.items(), key=lambda item: item[1].similarity)
                best[capture_id] = _KeptCapture(
                    capture_id=capture_id,
                    camera=encounter.camera,
                    captured_at=sighting.captured_at,
                    key=sighting.key,
                    sha256=sighting.sha256,
                    known_cases=frozenset(known[capture_id]),
                )
        yield from best.values()

    def _send_if_readable(self, kept: _KeptCapture) -> bool:
        try:
            return self._send(kept)
        except ValueError:
            logger.exception("a kept capture cannot be searched again", extra={"capture_id": kept.capture_id})
            return False

    def _send(self, kept: _KeptCapture) -> bool:
        """Return False if the picture has been deleted."""
        try:
            head = self.s3.head_object(Bucket=self.bucket, Key=kept.key)
            self.s3.copy_object(
                Bucket=self.bucket,
                CopySource={"Bucket": self.bucket, "Key": kept.key},
                Key=stored_capture_key(
                    kept.camera, from_text(kept.captured_at), kept.capture_id, sha256=kept.sha256 or "unknown"
                ),
                Metadata={**head["Metadata"], "known-cases": " ".join(sorted(kept.known_cases))},
                MetadataDirective="REPLACE",
                ContentType=head["ContentType"],
            )
        except ClientError as error:
            if is_not_found(error):
                return False
            raise
        return True
