"""The time in which a verdict can be undone. What the console dismissed loses its pictures when it is over.

The encounters table remembers when: an item `settle#ENCOUNTER_ID` in the index of alerts that are due, under a state
of its own.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lambdas.common.dynamodb import update_if
from lambdas.common.times import to_text
from lambdas.encounters.table import encounter_key, keys_by_alert, update_request
from lambdas.review.each import each_to_its_end

if TYPE_CHECKING:
    from datetime import datetime

    from lambdas.common.dynamodb import Item
    from lambdas.review.pictures import Pictures

UNDO_FOR = timedelta(minutes=10)
_STATE = "settle"
_PREFIX = "settle#"
_KEPT = timedelta(days=2)


def settle_later(table: str, encounter_id: str, *, at: datetime) -> dict[str, Any]:
    """Build the update that has the pictures of an encounter settled at this time."""
    values = {":kind": _STATE, ":state": _STATE, ":at": to_text(at), ":ends": int((at + _KEPT).timestamp())}
    request = update_request(
        table,
        f"{_PREFIX}{encounter_id}",
        "SET kind = :kind, alert = :state, alert_due_at = :at, expires_at = :ends",
        condition="attribute_not_exists(encounter_id) OR kind = :kind",
        values=values,
    )
    return {"Update": request}


def settle_due(pictures: Pictures) -> int:
    """Settle the encounters whose time to undo is over. Return their number.

    Raises:
        ExceptionGroup: some encounters failed, after all others are settled. They stay due.
    """
    now = pictures.now()

    def settle(encounter_id: str) -> None:
        pictures.settle(encounter_id)
        done: Item = {"TableName": pictures.table, "Key": encounter_key(f"{_PREFIX}{encounter_id}")}
        values = {":now": {"S": to_text(now)}}
        update = {"UpdateExpression": "REMOVE alert_due_at", "ExpressionAttributeValues": values}
        update_if(pictures.dynamodb, **done, **update, ConditionExpression="alert_due_at <= :now")

    due = keys_by_alert(pictures.dynamodb, _STATE, table=pictures.table, due_by=now)
    return each_to_its_end((key.removeprefix(_PREFIX) for key in due), settle, what="settled")
