"""Updates that move an alert or a notice from state to state: due -> sending -> sent or withdrawn.

A failed alert is not sent, but a late receipt may still prove that it was.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lambdas.common.times import to_text
from lambdas.encounters.encounter import AlertState, Review
from lambdas.encounters.table import update_request

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from lambdas.encounters.encounter import Encounter

# How long a claim on an alert lasts. Longer than the timeout of every function that sends alerts, so that the holder of
# an expired claim has ended, and longer than a receipt takes.
LEASE = timedelta(seconds=60)
_ADD_ACCEPTED = " ADD accepted_channels :accepted"
_UNSENT = "alert IN (:due, :sending, :failed)"
_UNSENT_VALUES = {f":{state}": state.value for state in (AlertState.DUE, AlertState.SENDING, AlertState.FAILED)}


def claim_first_alert(table: str, encounter: Encounter, *, until: datetime) -> dict[str, Any]:
    """Build the update that makes an open encounter alert and claims that alert; refused if it has one already."""
    return update_request(
        table,
        encounter.encounter_id,
        "SET alert = :sending, alert_due_at = :until, alert_attempts = :one, "
        "alerted_similarity = :best, alerted_sightings = :shots REMOVE muted",
        condition="attribute_not_exists(alert) AND review = :open",
        values={
            ":sending": AlertState.SENDING.value,
            ":until": to_text(until),
            ":one": 1,
            ":best": encounter.best.similarity,
            ":shots": encounter.shots,
            ":open": Review.OPEN.value,
        },
    )


def claim_alert(table: str, key: str, *, now: datetime, until: datetime) -> dict[str, Any]:
    """Build the update that claims an alert that is due, or whose claim expired."""
    return update_request(
        table,
        key,
        "SET alert = :sending, alert_due_at = :until, alert_attempts = if_not_exists(alert_attempts, :none) + :one",
        condition="alert IN (:due, :sending) AND alert_due_at <= :now",
        values={
            ":sending": AlertState.SENDING.value,
            ":due": AlertState.DUE.value,
            ":until": to_text(until),
            ":now": to_text(now),
            ":none": 0,
            ":one": 1,
        },
    )


def postpone_alert(table: str, key: str, *, until: datetime, reason: str, accepted: Collection[str]) -> dict[str, Any]:
    """Build the update that gives a claim up until later, and keeps the accepted channels and the reason."""
    values = {
        ":due": AlertState.DUE.value,
        ":sending": AlertState.SENDING.value,
        ":until": to_text(until),
        ":reason": reason,
    }
    return update_request(
        table,
        key,
        f"SET alert = :due, alert_due_at = :until, alert_error = :reason{_ADD_ACCEPTED if accepted else ''}",
        condition="alert = :sending",
        values={**values, ":accepted": set(accepted)} if accepted else values,
    )


def fail_alert(
    table: str, key: str, state: AlertState, *, until: datetime, reason: str, failures: int
) -> dict[str, Any]:
    """Build the update that records a failure: the alert is due again at `until`, or given up."""
    return update_request(
        table,
        key,
        "SET alert = :state, alert_due_at = :until, alert_error = :reason, alert_failures = :failures",
        condition="alert IN (:due, :sending)",
        values={
            ":state": state.value,
            ":due": AlertState.DUE.value,
            ":sending": AlertState.SENDING.value,
            ":until": to_text(until),
            ":reason": reason,
            ":failures": failures,
        },
    )


def retry_alert(table: str, key: str, *, now: datetime) -> dict[str, Any]:
    """Build the update that makes a failed alert due, as if it had never been tried."""
    return update_request(
        table,
        key,
        "SET alert = :due, alert_due_at = :now, alert_attempts = :none REMOVE alert_error, alert_failures",
        condition="alert = :failed",
        values={
            ":due": AlertState.DUE.value,
            ":failed": AlertState.FAILED.value,
            ":now": to_text(now),
            ":none": 0,
        },
    )


def accept_channels(table: str, key: str, channels: Collection[str]) -> dict[str, Any]:
    """Build the update that adds channels that SNS accepted; refused if the alert was sent or withdrawn before."""
    return update_request(
        table,
        key,
        _ADD_ACCEPTED.strip(),
        condition=_UNSENT,
        values={
            **_UNSENT_VALUES,
            ":accepted": set(channels),
        },
    )


def mark_sent(table: str, key: str, *, now: datetime) -> dict[str, Any]:
    """Build the update that marks an alert as sent; refused if it was sent or withdrawn before."""
    return _end(table, key, AlertState.SENT, "alerted_at", now)


def mark_withdrawn(table: str, key: str, *, now: datetime) -> dict[str, Any]:
    """Build the update that withdraws an alert; refused if it was sent or withdrawn before."""
    return _end(table, key, AlertState.WITHDRAWN, "withdrawn_at", now)


def count_better_shot(table: str, encounter: Encounter, *, similarity: float) -> dict[str, Any]:
    """Build the update that counts a better shot; refused if another one was counted since the encounter was read."""
    return update_request(
        table,
        encounter.encounter_id,
        "SET better_shots = :number, alerted_similarity = :similarity, alerted_sightings = :shots",
        condition="better_shots = :seen AND review = :open",
        values={
            ":number": encounter.better_shots + 1,
            ":seen": encounter.better_shots,
            ":similarity": similarity,
            ":shots": encounter.shots,
            ":open": Review.OPEN.value,
        },
    )


def _end(table: str, key: str, state: AlertState, time_attribute: str, now: datetime) -> dict[str, Any]:
    return update_request(
        table,
        key,
        f"SET alert = :state, {time_attribute} = :now "
        "REMOVE alert_due_at, alert_error, alert_failures, accepted_channels",
        condition=_UNSENT,
        values={":state": state.value, **_UNSENT_VALUES, ":now": to_text(now)},
    )
