"""The link in an alert. For a limited time, its holder may see one encounter and acknowledge it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.cases.table import read_case
from lambdas.common.cameras_table import read_site
from lambdas.common.times import from_text, local_minute
from lambdas.encounters.table import read_encounter
from lambdas.review.audit import AuditKind, Via
from lambdas.review.pictures import has_pictures

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta, tzinfo

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.cases.table import StoredCase
    from lambdas.encounters.encounter import Encounter
    from lambdas.review.picture_urls import LinkPicture, PictureUrls
    from lambdas.review.verdicts import Verdicts

HOLDER = "whoever has the link"


class UnknownLinkError(RuntimeError):
    """The encounter does not exist or the token is wrong. The answer does not tell which."""


class ExpiredLinkError(RuntimeError):
    """The link was valid, and has expired."""


@dataclass(frozen=True, kw_only=True)
class PageContent:
    """What the page of an encounter shows. `case` is None if the gallery does not have it."""

    encounter: Encounter
    case: StoredCase | None
    site: str
    zone: tzinfo

    def minute(self, instant: str) -> str:
        """Format an instant in the agency's time zone: 2026-11-23 04:00 CET."""
        return local_minute(instant, self.zone)


@dataclass(frozen=True, kw_only=True)
class Links:
    """The data behind the links. A link expires `valid_for` after the alert was sent."""

    dynamodb: DynamoDBClient
    verdicts: Verdicts
    urls: PictureUrls
    cases_table: str
    cameras_table: str
    valid_for: timedelta
    zone: tzinfo
    now: Callable[[], datetime]

    def open(self, encounter_id: str, token: str) -> Encounter:
        """Return the encounter of a link.

        Raises:
            UnknownLinkError: no alert contains this link.
            ExpiredLinkError: the link has expired.
        """
        encounter = read_encounter(self.dynamodb, table=self.verdicts.table, encounter_id=encounter_id)
        expected = encounter.link_token if encounter else ""
        is_equal = hmac.compare_digest(token.encode(), expected.encode())
        if encounter is None or not expected or not is_equal:
            raise UnknownLinkError
        if self.now() > from_text(encounter.alerted_or_opened_at) + self.valid_for:
            raise ExpiredLinkError
        return encounter

    def view(self, encounter: Encounter) -> PageContent:
        """Collect the content of the page and audit the view. Nothing else changes: link previews open it too."""
        self.verdicts.audit.add(encounter.encounter_id, AuditKind.VIEWED, by=HOLDER, at=self.now(), via=Via.LINK)
        return PageContent(
            encounter=encounter,
            case=read_case(self.dynamodb, table=self.cases_table, case_id=encounter.case_id),
            site=read_site(self.dynamodb, table=self.cameras_table, camera=encounter.camera),
            zone=self.zone,
        )

    def view_picture(self, encounter: Encounter, picture: LinkPicture) -> str:
        """Return a signed URL of a picture and audit the view.

        Raises:
            UnknownLinkError: the pictures of this encounter are deleted.
        """
        if not has_pictures(encounter):
            raise UnknownLinkError
        self.verdicts.audit.add(
            encounter.encounter_id,
            AuditKind.PICTURE_VIEWED,
            by=HOLDER,
            at=self.now(),
            via=Via.LINK,
            note=picture.value,
        )
        return self.urls.sign(encounter, picture)

    def acknowledge(self, encounter: Encounter, *, by: str) -> bool:
        """Acknowledge an encounter; False if it was acknowledged or decided before.

        Raises:
            EncounterOverError: the encounter is withdrawn or expired.
        """
        return self.verdicts.acknowledge(encounter.encounter_id, by=by, at=self.now(), via=Via.LINK)
