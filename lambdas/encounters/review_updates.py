"""Updates of an encounter's review. A person's act shares a transaction with its audit record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.common.outside_text import single_line
from lambdas.common.times import to_text
from lambdas.encounters.encounter import Earlier, Review
from lambdas.encounters.table import update_request

if TYPE_CHECKING:
    from datetime import datetime

    from lambdas.encounters.encounter import Encounter, Opinion


def acknowledge(table: str, encounter_id: str, *, by: str, at: datetime) -> dict[str, Any]:
    """Build the update that acknowledges an open encounter; refused if it was acknowledged before."""
    return update_request(
        table,
        encounter_id,
        "SET acknowledged_at = :at, acknowledged_by = :by",
        condition="review = :open AND attribute_not_exists(acknowledged_at)",
        values={":at": to_text(at), ":by": single_line(by), ":open": Review.OPEN.value},
    )


def decide(
    table: str,
    encounter: Encounter,
    verdict: Review,
    *,
    by: str,
    at: datetime,
    expires_at: int,
    undo_until: datetime | None = None,
) -> dict[str, Any]:
    """Build the update that gives a verdict; refused if the review changed since the encounter was read.

    A confirmed encounter never expires. One that is confirmed no longer expires at `expires_at`, seconds since 1970.
    """
    changes: dict[str, Any] = {
        "review": verdict.value,
        "reviewed_at": to_text(at),
        "reviewed_by": single_line(by),
        "opinions": None,
        "earlier": msgspec.to_builtins(_earlier(encounter)) if undo_until else None,
        "undo_until": to_text(undo_until) if undo_until else None,
        **_expiry(encounter, verdict, expires_at),
    }
    return _change(table, encounter, changes)


def undo(table: str, encounter: Encounter, *, expires_at: int) -> dict[str, Any]:
    """Build the update that restores the earlier review; refused if the review changed since the encounter was read.

    Raises:
        ValueError: there is nothing to restore.
    """
    if encounter.earlier is None:
        raise ValueError("the encounter has no earlier review")
    earlier = msgspec.to_builtins(encounter.earlier)
    restored = {name: earlier.get(name) for name in ("review", "reviewed_at", "reviewed_by", "opinions")}
    expiry = _expiry(encounter, encounter.earlier.review, expires_at)
    return _change(table, encounter, {**restored, "earlier": None, "undo_until": None, **expiry})


def change_opinions(table: str, encounter: Encounter, opinions: list[Opinion], *, at: datetime) -> dict[str, Any]:
    """Build the update that records opinions; refused if the review changed since the encounter was read."""
    changes = {"opinions": msgspec.to_builtins(opinions) or None, "opinion_at": to_text(at)}
    return _change(table, encounter, changes)


def _earlier(encounter: Encounter) -> Earlier:
    return Earlier(
        review=encounter.review,
        reviewed_at=encounter.reviewed_at,
        reviewed_by=encounter.reviewed_by,
        opinions=encounter.opinions,
    )


def _expiry(encounter: Encounter, verdict: Review, expires_at: int) -> dict[str, Any]:
    if verdict is Review.CONFIRMED:
        return {"expires_at": None}
    return {"expires_at": expires_at} if encounter.review is Review.CONFIRMED else {}


def _change(table: str, encounter: Encounter, changes: dict[str, Any]) -> dict[str, Any]:
    """Build the update of these attributes, on the condition that review and opinions are as they were read.

    None removes an attribute.
    """
    kept = {name: value for name, value in changes.items() if value is not None}
    removed = [name for name in changes if name not in kept]
    update = "SET " + ", ".join(f"{name} = :{name}" for name in kept)
    conditions = ["review = :seen"]
    seen = {":seen": encounter.review.value}
    for name in ("reviewed_at", "opinion_at"):
        if value := getattr(encounter, name):
            conditions.append(f"{name} = :seen_{name}")
            seen[f":seen_{name}"] = value
        else:
            conditions.append(f"attribute_not_exists({name})")
    return update_request(
        table,
        encounter.encounter_id,
        f"{update} REMOVE {', '.join(removed)}" if removed else update,
        condition=" AND ".join(conditions),
        values={**{f":{name}": value for name, value in kept.items()}, **seen},
    )


def expire(table: str, encounter_id: str, *, at: datetime) -> dict[str, Any]:
    """Build the update that expires an open encounter."""
    return update_request(
        table,
        encounter_id,
        "SET review = :expired, reviewed_at = :now, reviewed_by = :system",
        condition="review = :open",
        values={
            ":expired": Review.EXPIRED.value,
            ":now": to_text(at),
            ":system": "system",
            ":open": Review.OPEN.value,
        },
    )


def correct_start(table: str, encounter: Encounter) -> dict[str, Any]:
    """Build the update that lists an encounter by when it arose here; refused if it is gone."""
    return update_request(
        table,
        encounter.encounter_id,
        "SET started_at = :opened",
        condition="attribute_exists(encounter_id)",
        values={":opened": encounter.opened_at},
    )


def withdraw(table: str, encounter: Encounter, *, at: datetime) -> dict[str, Any]:
    """Build the update that withdraws an encounter; refused if its review or its alert changed since it was read."""
    alert = "alert = :alert" if encounter.alert else "attribute_not_exists(alert)"
    return update_request(
        table,
        encounter.encounter_id,
        "SET review = :withdrawn, withdrawn_at = :now",
        condition=f"review = :seen AND {alert}",
        values={
            ":withdrawn": Review.WITHDRAWN.value,
            ":now": to_text(at),
            ":seen": encounter.review.value,
            ":alert": encounter.alert,
        },
    )
