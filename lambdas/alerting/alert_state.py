"""The state of an alert or a notice: due -> sending -> sent. Every transition is a conditional write.

SNS cannot take part in a transaction, so a function may crash after publishing and before writing `sent`. The topic
therefore also delivers to a receipts queue, whose function records each channel that SNS accepted, and writes `sent`
after the last one. When a claim expired, the sweep publishes the channels without a receipt: SNS never accepted them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.alerting.followups import followups
from lambdas.common.dynamodb import from_attributes, to_attributes, transact, update_if
from lambdas.common.times import to_text
from lambdas.encounters import alert_updates
from lambdas.encounters.alert_updates import LEASE
from lambdas.encounters.encounter import AlertState, Encounter
from lambdas.encounters.notice import Notice, is_notice_key, notice_item, put_notice
from lambdas.encounters.table import ALERTS_DUE_INDEX, put_new_request

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime, timedelta

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.common.dynamodb import Item
    from lambdas.encounters.policy import Policy


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
        claim = alert_updates.claim_alert(self.table, key, now=now, until=now + self.lease)
        item = update_if(self.dynamodb, **claim, ReturnValues="ALL_NEW")
        if item is None:
            return None
        record: type[Encounter | Notice] = Notice if item["kind"] == "notice" else Encounter
        return msgspec.convert(item, type=record)

    def mark_sent(self, key: str, *, now: datetime) -> bool:
        """Mark the alert as sent, and add the follow-ups of a first alert; False if it was marked before."""
        due = [] if is_notice_key(key) else followups(self.policy, key, now=now)
        puts = [put_notice(self.table, notice) for notice in due]
        return transact(self.dynamodb, {"Update": alert_updates.mark_sent(self.table, key, now=now)}, *puts)

    def confirm(self, key: str, channel: str, *, of: Iterable[str], now: datetime) -> bool:
        """Record the receipt of a channel; mark the alert as sent and return True if it was the last one of `of`."""
        item = self.accept(key, {channel})
        return item is not None and set(of) <= item["accepted_channels"] and self.mark_sent(key, now=now)

    def accept(self, key: str, channels: Collection[str]) -> Item | None:
        """Record the channels that SNS accepted, if any; return the item, or None if the alert was sent before."""
        if not channels:
            return None
        accept = alert_updates.accept_channels(self.table, key, channels)
        return update_if(self.dynamodb, **accept, ReturnValues="ALL_NEW")

    def withdraw(self, key: str, *, now: datetime) -> bool:
        """Mark the alert as not to be sent: its case is closed, or nobody needs it any more."""
        return transact(self.dynamodb, {"Update": alert_updates.mark_withdrawn(self.table, key, now=now)})

    def add(self, notice: Notice) -> None:
        """Add a notice. If it exists, it stays as it is."""
        transact(self.dynamodb, {"Put": self.add_request(notice)})

    def add_request(self, notice: Notice) -> dict[str, Any]:
        """Build the put of `add`, for a transaction."""
        return put_new_request(self.table, notice_item(notice))

    def postpone(self, key: str, *, until: datetime, reason: str, accepted: Collection[str]) -> None:
        """Make a claimed alert due again later; keep the accepted channels, and the reason for the operator."""
        postpone = alert_updates.postpone_alert(self.table, key, until=until, reason=reason, accepted=accepted)
        update_if(self.dynamodb, **postpone)

    def overdue(self, *, now: datetime) -> Iterator[str]:
        """Yield the keys of alerts and notices that are due or whose claim expired; in each state, oldest first."""
        paginator = self.dynamodb.get_paginator("query")
        for state in (AlertState.DUE, AlertState.SENDING):
            pages = paginator.paginate(
                TableName=self.table,
                IndexName=ALERTS_DUE_INDEX,
                KeyConditionExpression="alert = :state AND alert_due_at <= :now",
                ExpressionAttributeValues=to_attributes({":state": state.value, ":now": to_text(now)}),
            )
            for page in pages:
                for item in page["Items"]:
                    yield from_attributes(item)["encounter_id"]
