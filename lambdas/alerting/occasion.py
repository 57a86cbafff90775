"""Find the occasion of a notice: whether somebody still needs it, and its facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.alerting.alert import Alert, compose_alert
from lambdas.alerting.answer import ReplyAnswer
from lambdas.alerting.audience import Facts
from lambdas.alerting.budget import BudgetWarning, FloodWarning
from lambdas.cases.ages import is_minor
from lambdas.cases.case import Case, CaseStatus
from lambdas.cases.table import read_case
from lambdas.common.cameras_table import read_site
from lambdas.common.times import from_text
from lambdas.encounters.encounter import Encounter, Review
from lambdas.encounters.notice import Notice, NoticeKind
from lambdas.encounters.table import read_encounter

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.alerting.settings import AlertSettings


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """A notice that somebody still needs. `facts` is None if the notice is not about an encounter."""

    notice: Notice
    facts: Facts | None
    message: Alert | BudgetWarning | FloodWarning | ReplyAnswer


@dataclass(frozen=True, kw_only=True)
class Occasions:
    """The tables that hold the facts of a notice."""

    dynamodb: DynamoDBClient
    encounters_table: str
    cases_table: str
    cameras_table: str
    settings: AlertSettings
    now: Callable[[], datetime]

    def find(self, record: Encounter | Notice, *, open_case: Case | None, site: str | None) -> Occasion | None:
        """Read what the caller does not have; None if nobody needs the notice any more.

        `open_case` and `site` are those of the encounter. A caller that has just read them saves one read each.
        """
        notice = as_notice(record)
        if notice.notice is NoticeKind.BUDGET:
            warning = BudgetWarning(day=notice.about, limit=self.settings.sms_per_day)
            return Occasion(notice=notice, facts=None, message=warning)
        if notice.notice is NoticeKind.FLOOD:
            site = site or read_site(self.dynamodb, table=self.cameras_table, camera=notice.about)
            return Occasion(notice=notice, facts=None, message=FloodWarning(camera=notice.about, site=site))
        if notice.notice is NoticeKind.ANSWER:
            return Occasion(notice=notice, facts=None, message=ReplyAnswer())
        encounter = record if isinstance(record, Encounter) else self._encounter(notice.about)
        if encounter is None:
            return None
        case, is_open = (open_case, True) if open_case else self._case(encounter.case_id)
        if not _is_needed(notice.notice, encounter, is_open=is_open):
            return None
        site = site or read_site(self.dynamodb, table=self.cameras_table, camera=encounter.camera)
        return self._compose(notice, encounter, case, site)

    def facts(self, encounter: Encounter, case: Case, site: str) -> Facts:
        """Collect what the recipients' filters compare."""
        return Facts(case=case, encounter=encounter, site=site, is_minor=is_minor(case, self.now().date()))

    def _encounter(self, encounter_id: str) -> Encounter | None:
        return read_encounter(self.dynamodb, table=self.encounters_table, encounter_id=encounter_id)

    def _case(self, case_id: str) -> tuple[Case, bool]:
        """Read the case, and whether it is open. A case that the gallery no longer has keeps only its id."""
        stored = read_case(self.dynamodb, table=self.cases_table, case_id=case_id)
        if stored is None:
            source, _, source_id = case_id.partition(":")
            return Case(case_id=case_id, source=source, source_id=source_id), False
        return stored.case, stored.status is CaseStatus.OPEN

    def _compose(self, notice: Notice, encounter: Encounter, case: Case, site: str) -> Occasion:
        facts = self.facts(encounter, case, site)
        alert = compose_alert(
            encounter,
            case,
            kind=notice.notice,
            site=site,
            link_base=self.settings.link_base,
            zone=self.settings.zone,
            created_at=from_text(notice.created_at),
            now=self.now(),
            is_minor=facts.is_minor,
            takes_replies=self.settings.takes_replies,
        )
        return Occasion(notice=notice, facts=facts, message=alert)


def as_notice(record: Encounter | Notice) -> Notice:
    """Convert a first alert to a notice, whose key is the encounter's id. A notice stays as it is."""
    if isinstance(record, Notice):
        return record
    return Notice(
        encounter_id=record.encounter_id,
        about=record.encounter_id,
        notice=NoticeKind.FIRST,
        created_at=record.timeline.encountered_at,
        alert_attempts=record.alert_attempts,
        accepted_channels=record.accepted_channels,
    )


def _is_needed(kind: NoticeKind, encounter: Encounter, *, is_open: bool) -> bool:
    if kind is NoticeKind.RECALL:
        return True
    if kind is NoticeKind.STAND_DOWN:
        return encounter.review is Review.DISMISSED
    if not is_open or encounter.review is not Review.OPEN:
        return False
    if kind is NoticeKind.DIGEST:
        return encounter.shots > encounter.alerted_sightings
    if kind is NoticeKind.ESCALATION:
        return encounter.acknowledged_at is None
    return True
