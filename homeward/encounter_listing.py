"""Read encounters for the command line, and turn them into rows, facts and timelines."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.common.times import from_text, now, to_text
from lambdas.encounters.evidence import evidence_of
from lambdas.encounters.listing import Order, read_page
from lambdas.encounters.reason_phrases import ENGLISH_REASONS
from lambdas.encounters.reasons import others_of, reasons_of, similarity_of_others
from lambdas.encounters.table import all_encounters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.cases.case import Case
    from lambdas.encounters.encounter import Encounter, Sighting
    from lambdas.encounters.listing import Wanted
    from lambdas.review.audit import AuditRecord

# The columns of `homeward encounter list --csv`.
ROW_MEMBERS = (
    "encounter", "stage", "case", "name", "site", "similarity", "shots", "seen", "age", "camera", "started_at",
    "seen_at", "time_doubt", "alert", "strength", "runner_up",
)  # fmt: skip
# The secret of the link, and what another reviewer thinks: who gives a second opinion may not know.
_HIDDEN = frozenset({"link_token", "opinions", "opinion_at", "earlier"})


def read_encounters(dynamodb: DynamoDBClient, *, table: str, wanted: Wanted, limit: int | None) -> Iterator[Encounter]:
    """Read the encounters that are wanted, all of them if there is no limit."""
    return islice(_all_pages(dynamodb, table, wanted), limit)


def read_encounters_near(
    dynamodb: DynamoDBClient, *, table: str, wanted: Wanted, case_id: str, limit: int
) -> list[Encounter]:
    """Read the encounters of a case, and those of other cases that have it as a runner-up.

    No index knows the runners-up, so this also reads the whole table.
    """
    own = read_encounters(dynamodb, table=table, wanted=replace(wanted, case_id=case_id), limit=limit)
    elsewhere = (
        each
        for each in all_encounters(dynamodb, table=table)
        if each.case_id != case_id and case_id in similarity_of_others(each) and wanted.passes(each)
    )
    by_strength = wanted.order is Order.STRONGEST
    found = sorted(
        [*own, *elsewhere],
        key=lambda each: each.best.similarity if by_strength else each.started_at,
        reverse=wanted.order is not Order.WAITING,
    )
    return found[:limit]


def row_of(
    encounter: Encounter, *, site: str, name: str | None, now: datetime, wanted_case: str | None = None
) -> dict[str, Any]:
    """Return the row of an encounter in the list. `similarity` is that of its best sighting, 0 to 100.

    `age` counts from when the encounter arose here, `seen` is when the best picture was taken. `runner_up` is the
    similarity of the wanted case if the encounter is of another one.
    """
    return {
        "encounter": encounter.encounter_id,
        "stage": encounter.stage.value,
        "case": encounter.case_id,
        "name": name,
        "site": site,
        "similarity": encounter.best.similarity,
        "shots": encounter.shots,
        "seen": _seen(encounter.best),
        "age": _age((now - from_text(encounter.opened_at)).total_seconds()),
        "camera": encounter.camera,
        "started_at": encounter.opened_at,
        "seen_at": encounter.best.captured_at,
        "time_doubt": encounter.best.time_doubt,
        "alert": encounter.alert,
        "strength": evidence_of(encounter).strength.value,
        "runner_up": similarity_of_others(encounter).get(wanted_case) if wanted_case else None,
    }


def facts_of(
    encounter: Encounter, records: Iterable[AuditRecord], *, site: str, case: Case | None, link: str | None
) -> dict[str, Any]:
    """Return the encounter, a summary of its evidence with the alert's link, and its audit."""
    evidence = evidence_of(encounter)
    runner_up = evidence.runner_up
    members = msgspec.to_builtins(encounter)
    return {
        "encounter": {name: value for name, value in members.items() if name not in _HIDDEN},
        "evidence": {
            "encounter": encounter.encounter_id,
            "stage": encounter.stage.value,
            "case": encounter.case_id,
            "name": case.name if case else None,
            "site": site,
            "link": link,
            "strength": evidence.strength.value,
            "best_similarity": evidence.best,
            "mean_similarity": evidence.mean,
            "shots": evidence.shots,
            "alerting_shots": evidence.alerting_shots,
            "photos_that_agree": evidence.photos,
            "why": ENGLISH_REASONS.sentence(
                reasons_of(encounter, case), evidence.ground, runner_up.case_id if runner_up else None
            ),
            "waits_until": _still_ahead(encounter.waits_until),
            "other_cases": ", ".join(others_of(encounter)) or None,
            "next_case": runner_up and f"{runner_up.case_id}, {evidence.margin:g} points lower",
            "seen": _seen(encounter.best),
            "time_doubt": encounter.best.time_doubt and encounter.best.time_doubt.reason,
            "muted": encounter.muted,
            "alert": encounter.alert,
            "alert_error": encounter.alert_error,
            "picture_sha256": encounter.best.sha256,
        },
        "audit": [msgspec.to_builtins(record) for record in records],
    }


def timeline_of(encounter: Encounter, records: Iterable[AuditRecord]) -> list[tuple[str, str]]:
    """Return the hops and the audit as pairs of instant and event, in order of time."""
    hops = {name.removesuffix("_at"): instant for name, instant in msgspec.to_builtins(encounter.timeline).items()}
    events = [(instant, name) for name, instant in {**hops, "alerted": encounter.alerted_at}.items() if instant]
    for record in records:
        note = f": {record.note}" if record.note else ""
        events.append((record.at.partition("#")[0], f"{record.kind.value} by {record.by} ({record.via.value}){note}"))
    return sorted(events)


def _all_pages(dynamodb: DynamoDBClient, table: str, wanted: Wanted) -> Iterator[Encounter]:
    cursor = None
    while True:
        page = read_page(dynamodb, table=table, wanted=wanted, size=50, cursor=cursor)
        yield from page.encounters
        cursor = page.cursor
        if cursor is None:
            return


def _seen(sighting: Sighting) -> str:
    """Return when the picture was taken, to the minute, or that nobody knows."""
    return "time not known" if sighting.time_doubt else f"{sighting.captured_at[:16].replace('T', ' ')}Z"


def _still_ahead(instant: str | None) -> str | None:
    return instant if instant and instant > to_text(now()) else None


def _age(seconds: float) -> str:
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length:.0f} {unit}"
    return f"{seconds:.0f} s"
