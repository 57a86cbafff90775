"""Who is to have an alert or a notice, in which language, and when: at once, or after their quiet hours.

The answer depends on what is given alone, so every attempt to send the same thing divides the audience alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lambdas.encounters.encounter import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from zoneinfo import ZoneInfo

    from lambdas.alerting.recipients import Filter, Recipient
    from lambdas.cases.case import Case
    from lambdas.encounters.encounter import Encounter

# These sum up all sightings; the others are about what was told of, so they go to those who were told.
_SUMMARIES = frozenset({NoticeKind.DIGEST, NoticeKind.ESCALATION})


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the filters of the recipients look at."""

    case: Case
    encounter: Encounter
    site: str
    is_minor: bool


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """The names of those who get one text together; `due_at` (UTC) is None for now."""

    recipients: tuple[str, ...]
    language: str = "en"
    due_at: datetime | None = None


def audience(  # noqa: PLR0917 - who, of what, when: each has a type of its own
    recipients: Sequence[Recipient],
    facts: Facts | None,
    kind: NoticeKind,
    named: tuple[str, ...],
    at: datetime,
    zone: ZoneInfo,
) -> list[Delivery]:
    """One delivery a language for those who get it now, then one for each whom quiet hours keep from it.

    `at` is when the occasion arose, not when it is sent. Those who are `named` get it now, whatever they want: it was
    decided before that they shall. `facts` is None where the notice is about no encounter (BUDGET).
    """
    if named:
        return _by_language(recipient for recipient in recipients if recipient.name in named)
    wanted = [recipient for recipient in _meant(recipients, kind) if facts is None or _wants(recipient, facts, kind)]
    waits = {recipient.name: _quiet_until(recipient, facts, at, zone) for recipient in wanted}
    held = [
        Delivery(recipients=(recipient.name,), language=recipient.language, due_at=waits[recipient.name])
        for recipient in wanted
        if waits[recipient.name]
    ]
    return [*_by_language(recipient for recipient in wanted if waits[recipient.name] is None), *held]


def _meant(recipients: Sequence[Recipient], kind: NoticeKind) -> list[Recipient]:
    if kind is NoticeKind.BUDGET:
        return list(recipients)
    escalates = kind is NoticeKind.ESCALATION
    meant = [recipient for recipient in recipients if recipient.escalation is escalates]
    # With nobody above them, the same people are asked again.
    return meant or (list(recipients) if escalates else [])


def _wants(recipient: Recipient, facts: Facts, kind: NoticeKind) -> bool:
    only, case = recipient.filter, facts.case
    return (
        (not only.sources or case.source in only.sources)
        and (not only.case_types or case.case_type in only.case_types)
        # A county that the source does not tell is no reason to say nothing.
        and (not only.counties or case.last_seen.county is None or _is_listed(case.last_seen.county, only.counties))
        and _is_place(only, facts)
        and (facts.is_minor or not only.minors_only)
        and _similarity(facts.encounter, kind) >= only.minimum_similarity
    )


def _is_place(only: Filter, facts: Facts) -> bool:
    anywhere = not only.cameras and not only.sites
    return anywhere or facts.encounter.camera in only.cameras or _is_listed(facts.site, only.sites)


def _is_listed(text: str, names: tuple[str, ...]) -> bool:
    return text.casefold() in {name.casefold() for name in names}


def _similarity(encounter: Encounter, kind: NoticeKind) -> float:
    told = None if kind in _SUMMARIES else encounter.alerted_similarity
    return encounter.best.similarity if told is None else told


def _quiet_until(recipient: Recipient, facts: Facts | None, at: datetime, zone: ZoneInfo) -> datetime | None:
    """When the quiet hours end in which `at` falls, in UTC; None outside of them, and for a minor."""
    if recipient.quiet is None or (facts is not None and facts.is_minor and not recipient.quiet_for_minors):
        return None
    start, end = recipient.quiet
    local = at.astimezone(zone)
    clock = local.time()
    over_midnight = start > end
    if not (clock >= start or clock < end if over_midnight else start <= clock < end):
        return None
    day = local.date() + timedelta(days=1) if over_midnight and clock >= start else local.date()
    # In the hour that a clock put back repeats, the end is in the same round as the beginning.
    return datetime.combine(day, end, tzinfo=zone).replace(fold=local.fold).astimezone(UTC)


def _by_language(recipients: Iterable[Recipient]) -> list[Delivery]:
    names: dict[str, list[str]] = {}
    for recipient in recipients:
        names.setdefault(recipient.language, []).append(recipient.name)
    return [Delivery(recipients=tuple(those), language=language) for language, those in names.items()]
