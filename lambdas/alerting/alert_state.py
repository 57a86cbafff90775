"""The state of an alert or a notice: due -> sending -> sent. Every transition is a conditional write.

SNS cannot take part in a transaction, so a function may crash after publishing and before writing `sent`. The topic
therefore also delivers to a receipts queue, whose function records each channel that SNS accepted, and writes `sent`
after the last one. When a claim expired, the sweep publishes the channels without a receipt: SNS never accepted them.

An alert that raises an error waits longer after each failure. After `MAX_FAILURES` it is `failed` until an operator
retries it. An alert that SNS refuses is retried without end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.alerting.backoff import pause_after
from lambdas.alerting.followups import followups
from lambdas.common.dynamodb import transact, update_if
from lambdas.common.outside_text import reason_line
from lambdas.encounters import alert_updates
from lambdas.encounters.alert_updates import LEASE
from lambdas.encounters.encounter import AlertState, Encounter
from lambdas.encounters.notice import Notice, is_notice_key, notice_item, put_notice
from lambdas.encounters.table import keys_by_alert, put_new_request, read_item

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime, timedelta

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.common.dynamodb import Item
    from lambdas.encounters.policy import Policy

MAX_FAILURES = 10  # after about an hour and a quarter


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
        record: type[Encounter | Notice] = Notice if is_notice_key(key) else Encounter
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

    def fail(self, key: str, *, now: datetime, reason: str) -> bool:
        """Record that sending raised an error; True if the alert is given up, else it is due again later."""
        failures = read_item(self.dynamodb, table=self.table, key=key).get("alert_failures", 0) + 1
        given_up = failures >= MAX_FAILURES
        state, until = (AlertState.FAILED, now) if given_up else (AlertState.DUE, now + pause_after(failures))
        failure = alert_updates.fail_alert(
            self.table, key, state, until=until, reason=reason_line(reason), failures=failures
        )
        return update_if(self.dynamodb, **failure) is not None and given_up

    def overdue(self, *, now: datetime) -> Iterator[str]:
        """Yield the keys of alerts and notices that are due or whose claim expired; in each state, oldest first."""
        for state in (AlertState.DUE, AlertState.SENDING):
            yield from keys_by_alert(self.dynamodb, state, table=self.table, due_by=now)
