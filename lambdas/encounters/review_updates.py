"""Updates of an encounter's review, each for a transaction with its audit record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas.common.outside_text import single_line
from lambdas.common.times import to_text
from lambdas.encounters.encounter import Review
from lambdas.encounters.table import update_request

if TYPE_CHECKING:
    from datetime import datetime

    from lambdas.encounters.encounter import Encounter


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
    table: str, encounter: Encounter, verdict: Review, *, by: str, at: datetime, expires_at: int
) -> dict[str, Any]:
    """Build the update that gives a verdict; refused if the review changed since the encounter was read.

    A confirmed encounter never expires. One that is confirmed no longer expires at `expires_at`, seconds since 1970.
    """
    values: dict[str, Any] = {
        ":verdict": verdict.value,
        ":at": to_text(at),
        ":by": single_line(by),
        ":seen": encounter.review.value,
        ":seen_at": encounter.reviewed_at,
    }
    update = "SET review = :verdict, reviewed_at = :at, reviewed_by = :by"
    if verdict is Review.CONFIRMED:
        update += " REMOVE expires_at"
    elif encounter.review is Review.CONFIRMED:
        update, values = f"{update}, expires_at = :expires", {**values, ":expires": expires_at}
    since = "reviewed_at = :seen_at" if encounter.reviewed_at else "attribute_not_exists(reviewed_at)"
    condition = f"review = :seen AND {since}"
    return update_request(table, encounter.encounter_id, update, condition=condition, values=values)


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
