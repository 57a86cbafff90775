"""The link in an alert. For a limited time, its holder may see one encounter and acknowledge it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.cases.table import read_case
from lambdas.common.base64url import may_be_token
from lambdas.common.cameras_table import read_site
from lambdas.common.times import from_text, local_minute
from lambdas.encounters.attempts import MAX_GUESSES, ONE_LOOK, Attempts, attempts_key
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
    from lambdas.review.words.words import Words

HOLDER = "whoever has the link"


# A page is three requests. Nobody looks more often at one encounter.
_MAX_LOOKS = 60


class TooManyTriesError(RuntimeError):
    """The visitor has guessed or looked too often. The lock ends by itself."""


class UnknownLinkError(RuntimeError):
    """The encounter does not exist or the token is wrong. The answer does not tell which."""


class ExpiredLinkError(RuntimeError):
    """The link was valid, and has expired."""


@dataclass(frozen=True, kw_only=True)
class PageContent:
    """What the page of an encounter shows, and in which language.

    `case` is None if the gallery does not have it. `console_origin` is empty if the agency has no console.
    """

    encounter: Encounter
    case: StoredCase | None
    site: str
    zone: tzinfo
    words: Words
    console_origin: str = ""

    def minute(self, instant: str) -> str:
        """Format an instant in the agency's time zone: Nov 23, 2026 04:00 CET."""
        return self.words.phrases.notation.dates(local_minute(instant, self.zone))


@dataclass(frozen=True, kw_only=True)
class Links:
    """The data behind the links. A link expires `valid_for` after the alert was sent.

    Guesses and looks are counted per visitor and encounter, so that no visitor can lock out another one.
    """

    dynamodb: DynamoDBClient
    verdicts: Verdicts
    urls: PictureUrls
    cases_table: str
    cameras_table: str
    valid_for: timedelta
    zone: tzinfo
    words: Words
    now: Callable[[], datetime]
    console_origin: str = ""

    def open(self, encounter_id: str, token: str, *, visitor: str = "") -> Encounter:
        """Return the encounter of a link. `visitor` is the address that asks.

        Raises:
            UnknownLinkError: no alert contains this link.
            TooManyTriesError: the visitor has tried too many wrong links of this encounter.
            ExpiredLinkError: the link has expired.
        """
        if not may_be_token(encounter_id) or not may_be_token(token):
            raise UnknownLinkError
        encounter = read_encounter(self.dynamodb, table=self.verdicts.table, encounter_id=encounter_id)
        expected = encounter.link_token if encounter else ""
        is_equal = hmac.compare_digest(token.encode(), expected.encode())
        if encounter is None:
            raise UnknownLinkError
        guesses = attempts_key("link", encounter_id, visitor)
        if self.attempts.so_far(guesses, now=self.now()) >= MAX_GUESSES:
            raise TooManyTriesError
        if not expected or not is_equal:
            self._count_guess(encounter_id, guesses)
            raise UnknownLinkError
        if self.now() > from_text(encounter.alerted_or_opened_at) + self.valid_for:
            raise ExpiredLinkError
        return encounter

    def view(self, encounter: Encounter, *, visitor: str = "") -> PageContent:
        """Collect the content of the page and audit the view. Nothing else changes: link previews open it too.

        Raises:
            TooManyTriesError: the visitor has looked too often.
        """
        self._audit_look(encounter, AuditKind.VIEWED, visitor)
        return PageContent(
            encounter=encounter,
            case=read_case(self.dynamodb, table=self.cases_table, case_id=encounter.case_id),
            site=encounter.place(read_site(self.dynamodb, table=self.cameras_table, camera=encounter.camera)),
            zone=self.zone,
            words=self.words,
            console_origin=self.console_origin,
        )

    def view_picture(self, encounter: Encounter, picture: LinkPicture, *, visitor: str = "") -> str:
        """Return a signed URL of a picture and audit the view.

        Raises:
            UnknownLinkError: the pictures of this encounter are deleted.
            TooManyTriesError: the visitor has looked too often.
        """
        if not has_pictures(encounter):
            raise UnknownLinkError
        self._audit_look(encounter, AuditKind.PICTURE_VIEWED, visitor, note=picture.value)
        return self.urls.sign(encounter, picture)

    def acknowledge(self, encounter: Encounter, *, by: str) -> bool:
        """Acknowledge an encounter; False if it was acknowledged or decided before.

        Raises:
            EncounterOverError: the encounter is withdrawn or expired.
        """
        return self.verdicts.acknowledge(encounter.encounter_id, by=by, at=self.now(), via=Via.LINK)

    @property
    def attempts(self) -> Attempts:
        """The counts of guesses and looks."""
        return Attempts(dynamodb=self.dynamodb, table=self.verdicts.table)

    def _count_guess(self, encounter_id: str, key: str) -> None:
        if self.attempts.count(key, now=self.now()) == MAX_GUESSES:
            note = f"{MAX_GUESSES} wrong links from one address"
            self.verdicts.audit.add(
                encounter_id, AuditKind.LOCKED, by="a visitor", at=self.now(), via=Via.LINK, note=note
            )

    def _audit_look(self, encounter: Encounter, kind: AuditKind, visitor: str, note: str | None = None) -> None:
        """Audit a visitor's first look of some minutes. The others are the same look, as when a page is reloaded.

        A look after a verdict or an acknowledgment is another one.
        """
        key = attempts_key("look", encounter.encounter_id, encounter.stage.value, visitor, kind.value, note or "")
        looks = self.attempts.count(key, now=self.now(), period=ONE_LOOK)
        if looks == 1:
            self.verdicts.audit.add(encounter.encounter_id, kind, by=HOLDER, at=self.now(), via=Via.LINK, note=note)
        if looks > _MAX_LOOKS:
            raise TooManyTriesError
