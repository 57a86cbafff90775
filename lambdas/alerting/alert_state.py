"""The state of an alert or a notice: due -> sending -> sent. Every transition is a conditional write.

SNS cannot take part in a transaction, so a function may crash after publishing and before writing `sent`. The topic
therefore also delivers to a receipts queue, whose function writes `sent` too. The sweep publishes an alert again only
if its claim expired and no receipt arrived, which means that SNS never accepted it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.alerting.followups import followups
from lambdas.common.dynamodb import Item, from_attributes, to_attributes, transact, update_if
from lambdas.common.times import to_text
from lambdas.encounters.encounter import LEASE, AlertState, Encounter, Notice, notice_item

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.common.policy import Policy

INDEX = "alerts-due"


@dataclass(frozen=True, kw_only=True)
class AlertStates:
    """The alert attributes of encounters and notices in the encounters table.

    A claim expires after `lease`, which is longer than a function that holds one can run.
    """

    dynamodb: DynamoDBClient
    table: str
    policy: Policy
    lease: timedelta = LEASE

    def claim(self, key: str, *, now: datetime) -> Encounter | Notice | None:
        """Claim the alert; None if it is sent, withdrawn, not due yet, or claimed by another function."""
        item = self._update(
            key,
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
        if item is None:
            return None
        record: type[Encounter | Notice] = Notice if item["kind"] == "notice" else Encounter
        return msgspec.convert(item, type=record)

    def sent(self, key: str, *, now: datetime) -> bool:
        """Mark the alert as sent, and add the follow-ups of a first alert; False if it was marked before."""
        ended = self._ended(key, AlertState.SENT, "alerted_at", now)
        due = [] if key.startswith("notice#") else followups(self.policy, key, now=now)
        puts = [{"Put": {"TableName": self.table, "Item": notice_item(notice)}} for notice in due]
        return transact(self.dynamodb, {"Update": ended}, *puts)

    def withdraw(self, key: str, *, now: datetime) -> bool:
        """Mark the alert as not to be sent: its case is closed, or nobody needs it any more."""
        return transact(self.dynamodb, {"Update": self._ended(key, AlertState.WITHDRAWN, "withdrawn_at", now)})

    def put(self, notice: Notice) -> None:
        """Add a notice. If it exists, it stays as it is."""
        transact(self.dynamodb, {"Put": self.putting(notice)})

    def putting(self, notice: Notice) -> dict[str, Any]:
        """Build the write of `put`, for a transaction."""
        return {
            "TableName": self.table,
            "Item": notice_item(notice),
            "ConditionExpression": "attribute_not_exists(encounter_id)",
        }

    def postpone(self, key: str, *, until: datetime, reason: str) -> None:
        """Make a claimed alert due again later, and keep the reason for the operator."""
        self._update(
            key,
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
        """Yield the keys of alerts and notices that are due or whose claim expired; in each state, oldest first."""
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

    def _ended(self, key: str, state: AlertState, time_attribute: str, now: datetime) -> dict[str, Any]:
        values = {
            ":state": state.value,
            ":due": AlertState.DUE.value,
            ":sending": AlertState.SENDING.value,
            ":now": to_text(now),
        }
        return {
            "TableName": self.table,
            "Key": {"encounter_id": {"S": key}},
            "UpdateExpression": f"SET alert = :state, {time_attribute} = :now REMOVE alert_due_at, alert_error",
            "ConditionExpression": "alert IN (:due, :sending)",
            "ExpressionAttributeValues": to_attributes(values),
        }

    def _update(self, key: str, update: str, *, condition: str, values: dict[str, Any]) -> Item | None:
        """Return the attributes after the update, or None if the condition failed."""
        return update_if(
            self.dynamodb,
            TableName=self.table,
            Key={"encounter_id": {"S": key}},
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeValues=to_attributes(values),
            ReturnValues="ALL_NEW",
        )
