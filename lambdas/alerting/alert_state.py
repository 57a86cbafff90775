"""How far an encounter's alert has come, moved on by conditional writes only: due -> sending -> sent.

SNS cannot take part in a transaction, so a crash may fall between publishing and writing `sent`. The topic therefore
also delivers to a queue of our own, and that receipt writes `sent` as well: an alert is published again only if its
claim ran out and no receipt came, which means that SNS never had it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError

from lambdas.common.dynamodb import from_attributes, is_condition_failure, to_attributes
from lambdas.common.encounter import AlertState, Encounter
from lambdas.common.times import to_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from mypy_boto3_dynamodb import DynamoDBClient

INDEX = "alerts-due"


@dataclass(frozen=True, kw_only=True)
class AlertStates:
    """The alert attributes of the encounters table. A claim lasts `lease`, longer than its holder lives."""

    dynamodb: DynamoDBClient
    table: str
    lease: timedelta

    def claim(self, encounter_id: str, *, now: datetime) -> Encounter | None:
        """Take the alert to send it; None if it is sent, withdrawn, not due yet or in somebody else's hands."""
        attributes = self._update(
            encounter_id,
            "SET alert = :sending, alert_due_at = :until, alert_attempts = if_not_exists(alert_attempts, :none) + :one",
            condition="alert IN (:due, :sending) AND alert_due_at <= :now",
            values={
                ":sending": AlertState.SENDING.value,
                ":due": AlertState.DUE.value,
                ":until": to_text(now + self.lease),
                ":now": to_text(now),
                ":none": 0,
                ":one": 1,
            },
        )
        return None if attributes is None else msgspec.convert(from_attributes(attributes), type=Encounter)

    def sent(self, encounter_id: str, *, now: datetime) -> bool:
        """The alert is out; False if that was known."""
        return self._end(encounter_id, AlertState.SENT, "alerted_at", now)

    def withdraw(self, encounter_id: str, *, now: datetime) -> bool:
        """The alert must not go out any more, because its case is closed."""
        return self._end(encounter_id, AlertState.WITHDRAWN, "withdrawn_at", now)

    def postpone(self, encounter_id: str, *, until: datetime, reason: str) -> None:
        """SNS refused the alert: it is due again later, with the reason kept for the operator."""
        self._update(
            encounter_id,
            "SET alert = :due, alert_due_at = :until, alert_error = :reason",
            condition="alert = :sending",
            values={
                ":due": AlertState.DUE.value,
                ":sending": AlertState.SENDING.value,
                ":until": to_text(until),
                ":reason": reason,
            },
        )

    def overdue(self, *, now: datetime) -> Iterator[str]:
        """The encounters whose alert is due, or whose claim ran out, the longest waiting first."""
        paginator = self.dynamodb.get_paginator("query")
        for state in (AlertState.DUE, AlertState.SENDING):
            pages = paginator.paginate(
                TableName=self.table,
                IndexName=INDEX,
                KeyConditionExpression="alert = :state AND alert_due_at <= :now",
                ExpressionAttributeValues=to_attributes({":state": state.value, ":now": to_text(now)}),
            )
            for page in pages:
                for item in page["Items"]:
                    yield from_attributes(item)["encounter_id"]

    def _end(self, encounter_id: str, state: AlertState, time_attribute: str, now: datetime) -> bool:
        attributes = self._update(
            encounter_id,
            f"SET alert = :state, {time_attribute} = :now REMOVE alert_due_at, alert_error",
            condition="alert IN (:due, :sending)",
            values={
                ":state": state.value,
                ":due": AlertState.DUE.value,
                ":sending": AlertState.SENDING.value,
                ":now": to_text(now),
            },
        )
        return attributes is not None

    def _update(self, encounter_id: str, update: str, *, condition: str, values: dict[str, Any]) -> Any:
        """The encounter's attributes after the update, or None where the condition did not hold."""
        try:
            answer = self.dynamodb.update_item(
                TableName=self.table,
                Key={"encounter_id": {"S": encounter_id}},
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeValues=to_attributes(values),
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if is_condition_failure(error):
                return None
            raise
        return answer["Attributes"]
