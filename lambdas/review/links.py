"""The link in an alert: whoever has it may look at one encounter for some time, and say that they are on it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lambdas.cases.table import read_case
from lambdas.common.cameras_table import read_site
from lambdas.common.keys import photo_key
from lambdas.common.times import from_text, local_minute
from lambdas.encounters.table import read_encounter
from lambdas.review.audit import AuditKind, Via
from lambdas.review.pictures import place_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta, tzinfo

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from lambdas.cases.table import StoredCase
    from lambdas.encounters.encounter import Encounter
    from lambdas.review.verdicts import Verdicts

# Long enough for a slow telephone, too short to be passed on.
_PICTURE_URL_S = 60
HOLDER = "whoever has the link"


class UnknownLinkError(RuntimeError):
    """There is no such encounter, or the token is not its own; which of them is nobody's business."""


class ExpiredLinkError(RuntimeError):
    """The link was good once."""


class Which(StrEnum):
    """The two pictures of an encounter: its best capture, and the photo of the case that it resembles."""

    SEEN = "seen.jpg"
    PHOTO = "photo.jpg"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """All that the page of an encounter shows, with times of `zone`; `case` is None where the gallery has none."""

    encounter: Encounter
    case: StoredCase | None
    site: str
    zone: tzinfo

    def minute(self, instant: str) -> str:
        """The instant as people there read it: 2026-11-23 04:00 CET."""
        return local_minute(instant, self.zone)


@dataclass(frozen=True, kw_only=True)
class Links:
    """The tables and buckets behind a link, which works until `valid_for` after its alert.

    `s3` must sign with version 4 and address buckets by host, so that a signed address is of the region.
    """

    s3: S3Client
    dynamodb: DynamoDBClient
    verdicts: Verdicts
    detection_bucket: str
    gallery_bucket: str
    cases_table: str
    cameras_table: str
    valid_for: timedelta
    zone: tzinfo
    now: Callable[[], datetime]

    def open(self, encounter_id: str, token: str) -> Encounter:
        """The encounter of this link.

        Raises:
            UnknownLinkError: no alert had such a link.
            ExpiredLinkError: it is over.
        """
        encounter = read_encounter(self.dynamodb, table=self.verdicts.table, encounter_id=encounter_id)
        expected = encounter.link_token if encounter else ""
        is_equal = hmac.compare_digest(token.encode(), expected.encode())
        if encounter is None or not expected or not is_equal:
            raise UnknownLinkError
        told_at = from_text(encounter.told_at)
        if self.now() > told_at + self.valid_for:
            raise ExpiredLinkError
        return encounter

    def show(self, encounter: Encounter) -> Shown:
        """What the page shows, with the audit's record of it. Nothing else changes: programs open links, too."""
        self.verdicts.audit.add(encounter.encounter_id, AuditKind.VIEWED, by=HOLDER, at=self.now(), via=Via.LINK)
        return Shown(
            encounter=encounter,
            case=read_case(self.dynamodb, table=self.cases_table, case_id=encounter.case_id),
            site=read_site(self.dynamodb, table=self.cameras_table, camera=encounter.camera),
            zone=self.zone,
        )

    def view_picture(self, encounter: Encounter, which: Which) -> str:
        """An address that gives one of the two pictures for a minute, with the audit's record of it.

        Raises:
            UnknownLinkError: its pictures are deleted.
        """
        if not has_pictures(encounter):
            raise UnknownLinkError
        self.verdicts.audit.add(
            encounter.encounter_id,
            AuditKind.PICTURE_VIEWED,
            by=HOLDER,
            at=self.now(),
            via=Via.LINK,
            note=which.value,
        )
        return self.address(encounter, which)

    def address(self, encounter: Encounter, which: Which) -> str:
        """The signed address of a picture."""
        bucket, key = self.detection_bucket, encounter.best.key
        if which is Which.PHOTO:
            bucket, key = self.gallery_bucket, photo_key(encounter.case_id, encounter.best.photo_id)
        return self.s3.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": bucket,
                "Key": key,
                "ResponseContentType": "image/jpeg",
                "ResponseCacheControl": "private, no-store",
            },
            ExpiresIn=_PICTURE_URL_S,
        )

    def acknowledge(self, encounter: Encounter, *, by: str) -> bool:
        """Say that this person is on it; False where somebody was before, or it is decided.

        Raises:
            EncounterOverError: it is withdrawn or expired.
        """
        return self.verdicts.acknowledge(encounter.encounter_id, by=by, at=self.now(), via=Via.LINK)


def has_pictures(encounter: Encounter) -> bool:
    """Whether its review keeps them."""
    return place_of(encounter.review, "", "") is not None
