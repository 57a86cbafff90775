"""Four eyes: two reviewers confirm an encounter, each without knowing what the other thinks.

The first confirmation is an opinion, which changes nothing that others see. If the second reviewer agrees, the
encounter is confirmed. If not, a supervisor decides. Dismissing an encounter that nobody confirmed needs one person,
and changing a confirmed one a supervisor.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from lambdas.common.outside_text import single_line
from lambdas.common.times import to_text
from lambdas.encounters.encounter import Encounter, Opinion, Review
from lambdas.review.audit import AuditKind
from lambdas.review.errors import NeedsSupervisorError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from lambdas.review.audit import AuditRecord


class Decided(StrEnum):
    """What became of a verdict."""

    RECORDED = "recorded"
    AS_BEFORE = "as-before"
    AWAITS_SECOND = "awaits-second"
    AWAITS_SUPERVISOR = "awaits-supervisor"


def with_opinion(encounter: Encounter, verdict: Review, *, by: str, at: datetime) -> list[Opinion]:
    """Return the opinions with this person's, in place of an earlier one."""
    return [*others_opinions(encounter, by), Opinion(verdict=verdict, by=single_line(by), at=to_text(at))]


def own_opinion(encounter: Encounter, by: str) -> Opinion | None:
    """Return the opinion of this person."""
    return next((opinion for opinion in encounter.opinions if _is_same(opinion.by, by)), None)


def others_opinions(encounter: Encounter, by: str) -> list[Opinion]:
    """Return the opinions of everybody else."""
    return [opinion for opinion in encounter.opinions if not _is_same(opinion.by, by)]


def is_disputed(encounter: Encounter) -> bool:
    """Tell whether reviewers disagree, so that a supervisor decides."""
    return len({opinion.verdict for opinion in encounter.opinions}) > 1


def outcome_of(encounter: Encounter, verdict: Review, *, by: str, is_supervisor: bool) -> Decided:
    """Decide what this verdict does now. `AS_BEFORE` is an opinion that the person has given already.

    Raises:
        NeedsSupervisorError: two others disagree, or it is confirmed, and this person is not a supervisor.
    """
    if encounter.review is Review.CONFIRMED and verdict is not Review.CONFIRMED:
        if not is_supervisor:
            raise NeedsSupervisorError("it is confirmed: a supervisor changes that")
        return Decided.RECORDED
    others, own = others_opinions(encounter, by), own_opinion(encounter, by)
    if is_disputed(encounter) and own is None:
        if not is_supervisor:
            raise NeedsSupervisorError("two reviewers disagree: a supervisor who has not reviewed it yet decides")
        return Decided.RECORDED
    if own and own.verdict is verdict:
        return Decided.AS_BEFORE
    if not others:
        return Decided.AWAITS_SECOND if verdict is Review.CONFIRMED else Decided.RECORDED
    agree = all(opinion.verdict is verdict for opinion in others)
    return Decided.RECORDED if agree else Decided.AWAITS_SUPERVISOR


def names_of(encounter: Encounter, verdict: Review, by: str) -> str:
    """Return who gave this verdict: everybody of this opinion, and this person last."""
    agreeing = [opinion.by for opinion in others_opinions(encounter, by) if opinion.verdict is verdict]
    return ", ".join([*agreeing, single_line(by)])


def has_decided(encounter: Encounter, by: str) -> bool:
    """Tell whether this person gave the verdict, alone or with those of `names_of`."""
    return single_line(by) in (encounter.reviewed_by or "").split(", ")


def visible_records(encounter: Encounter, records: Iterable[AuditRecord], *, viewer: str) -> list[AuditRecord]:
    """Leave out the opinions of others while the viewer may still have to give one."""
    if not encounter.opinions or own_opinion(encounter, viewer) or is_disputed(encounter):
        return list(records)
    return [record for record in records if record.kind is not AuditKind.OPINION or _is_same(record.by, viewer)]


def _is_same(name: str, other: str) -> bool:
    return single_line(name).casefold().strip() == single_line(other).casefold().strip()
