"""Decide who gets a notice, in which language, and when: at once, or after their quiet hours.

The decision depends only on the arguments, so every attempt to send a notice splits its audience the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lambdas.common.place_names import name_key, place_keys
from lambdas.common.times import from_text
from lambdas.encounters.notice import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from zoneinfo import ZoneInfo

    from lambdas.alerting.recipients import Filter, Recipient
    from lambdas.cases.case import Case
    from lambdas.encounters.encounter import Encounter
    from lambdas.encounters.notice import Notice

# These kinds cover all sightings. The others repeat what an alert reported, so they go to that alert's audience.
_SUMMARIES = frozenset({NoticeKind.DIGEST, NoticeKind.ESCALATION})


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the recipients' filters compare."""

    case: Case
    encounter: Encounter
    site: str
    is_minor: bool


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """The names of the recipients that get one text together. `due_at` (UTC) is None for now."""

    recipients: tuple[str, ...]
    language: str = "en"
    due_at: datetime | None = None


def split_audience(
    recipients: Sequence[Recipient], notice: Notice, facts: Facts | None, zone: ZoneInfo
) -> list[Delivery]:
    """Return one delivery per language for now, then one for each recipient in quiet hours.

    Quiet hours apply to the time at which the notice arose, not to the time of sending. If the notice names its
    audience, those recipients get it now: their filters and quiet hours were applied when the notice was made.
    `facts` is None if the notice is not about an encounter (BUDGET, FLOOD).
    """
    if notice.audience:
        return _by_language(recipient for recipient in recipients if recipient.name in notice.audience)
    kind, at = notice.notice, from_text(notice.created_at)
    matching = [each for each in _addressed(recipients, kind) if facts is None or _matches(each.filter, facts, kind)]
    waits = {recipient.name: _quiet_until(recipient, facts, at, zone) for recipient in matching}
    held = [
        Delivery(recipients=(recipient.name,), language=recipient.language, due_at=waits[recipient.name])
        for recipient in matching
        if waits[recipient.name]
    ]
    return [*_by_language(recipient for recipient in matching if waits[recipient.name] is None), *held]


def _addressed(recipients: Sequence[Recipient], kind: NoticeKind) -> list[Recipient]:
    """Select by kind: escalations go to the escalation recipients, or to everybody if there are none."""
    if kind in {NoticeKind.BUDGET, NoticeKind.FLOOD}:
        return list(recipients)
    escalates = kind is NoticeKind.ESCALATION
    addressed = [recipient for recipient in recipients if recipient.escalation is escalates]
    return addressed or (list(recipients) if escalates else [])


def _matches(wanted: Filter, facts: Facts, kind: NoticeKind) -> bool:
    case = facts.case
    return (
        (not wanted.sources or case.source in wanted.sources)
        and (not wanted.case_types or case.case_type in wanted.case_types)
        # An unknown county passes the filter: better an alert too many than a missed one.
        and (not wanted.counties or not case.last_seen.county or _is_in(case.last_seen.county, wanted.counties))
        and _matches_place(wanted, facts)
        and (facts.is_minor or not wanted.minors_only)
        and _similarity(facts.encounter, kind) >= wanted.minimum_similarity
    )


def _matches_place(wanted: Filter, facts: Facts) -> bool:
    anywhere = not wanted.cameras and not wanted.sites
    return anywhere or facts.encounter.camera in wanted.cameras or name_key(facts.site) in map(name_key, wanted.sites)


def _is_in(county: str, counties: tuple[str, ...]) -> bool:
    return any(place_keys(county) & place_keys(each) for each in counties)


def _similarity(encounter: Encounter, kind: NoticeKind) -> float:
    alerted = None if kind in _SUMMARIES else encounter.alerted_similarity
    return encounter.best.similarity if alerted is None else alerted


def _quiet_until(recipient: Recipient, facts: Facts | None, at: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the end (UTC) of the quiet hours that `at` falls in.

    None outside quiet hours, and for a minor unless the recipient sets `quiet_for_minors`.
    """
    if recipient.quiet is None or (facts is not None and facts.is_minor and not recipient.quiet_for_minors):
        return None
    start, end = recipient.quiet
    local = at.astimezone(zone)
    clock = local.time()
    over_midnight = start > end
    if not (clock >= start or clock < end if over_midnight else start <= clock < end):
        return None
    day = local.date() + timedelta(days=1) if over_midnight and clock >= start else local.date()
    # When clocks go back, one hour occurs twice. The quiet hours end in the same occurrence that `at` is in.
    return datetime.combine(day, end, tzinfo=zone).replace(fold=local.fold).astimezone(UTC)


def _by_language(recipients: Iterable[Recipient]) -> list[Delivery]:
    names: dict[str, list[str]] = {}
    for recipient in recipients:
        names.setdefault(recipient.language, []).append(recipient.name)
    return [Delivery(recipients=tuple(group), language=language) for language, group in names.items()]
