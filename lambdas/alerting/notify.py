"""Send an alert or a notice, once: claim it, find who is to have it, publish it, write that it is out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, ParamValidationError

from lambdas.alerting.alert import HEADLINE, Alert, compose_alert
from lambdas.alerting.audience import Delivery, Facts, audience
from lambdas.common.ages import is_minor
from lambdas.common.case import Case, CaseStatus
from lambdas.common.cases_table import read_case
from lambdas.common.dynamodb import from_attributes
from lambdas.common.encounter import Encounter, Notice, NoticeKind, Review, notice_key
from lambdas.common.times import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sns import SNSClient

    from lambdas.alerting.alert_state import AlertStates
    from lambdas.alerting.recipients import Recipient

_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(minutes=15)


class Outcome(StrEnum):
    """How one attempt to alert ended; each is counted."""

    SENT = "AlertsSent"
    NOT_OURS = "AlertsAlreadyTaken"
    WITHDRAWN = "AlertsWithdrawn"
    POSTPONED = "AlertsPostponed"
    UNCONFIRMED = "AlertsUnconfirmed"


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What there is to tell, and since when. `key` is the encounter's id, or the notice's own key."""

    key: str
    kind: NoticeKind
    encounter: Encounter
    case: Case
    since: datetime
    named: tuple[str, ...] = ()
    attempts: int = 1


@dataclass(frozen=True, kw_only=True)
class Notifier:
    """What an alert is made from and where it goes.

    `sns` must not retry by itself: an answer that got lost may have been a success, and only a receipt can tell.
    """

    sns: SNSClient
    dynamodb: DynamoDBClient
    states: AlertStates
    cases_table: str
    cameras_table: str
    topic_arn: str
    link_base: str
    recipients: tuple[Recipient, ...]
    zone: ZoneInfo
    now: Callable[[], datetime]

    def notify(self, key: str) -> Outcome:
        """Send the alert of this encounter, or this notice, if it is due."""
        record = self.states.claim(key, now=self.now())
        return Outcome.NOT_OURS if record is None else self.send(record)

    def send(self, record: Encounter | Notice, case: Case | None = None) -> Outcome:
        """Send what the caller has taken. `case` spares a read where the caller has just read that it is open."""
        occasion = self._occasion(record, case)
        if occasion is None:
            self.states.withdraw(record.encounter_id, now=self.now())
            return Outcome.WITHDRAWN
        site = self._site(occasion.encounter.camera)
        facts = Facts(
            case=occasion.case,
            encounter=occasion.encounter,
            site=site,
            is_minor=is_minor(occasion.case, self.now().date()),
        )
        # Decided for the time at which the occasion arose, so that every attempt divides the audience alike.
        deliveries = audience(
            self.recipients, facts, kind=occasion.kind, named=occasion.named, at=occasion.since, zone=self.zone
        )
        at_once = [delivery for delivery in deliveries if delivery.due_at is None]
        first, *others = at_once or [Delivery(recipients=())]
        for delivery in (*others, *(held for held in deliveries if held.due_at)):
            self._put_off(occasion, delivery)
        alert = compose_alert(occasion.encounter, occasion.case, kind=occasion.kind, site=site, base=self.link_base)
        return self._publish(occasion, alert, first)

    def _occasion(self, record: Encounter | Notice, case: Case | None) -> Occasion | None:
        """None where nobody needs to hear of it any more."""
        encounter = record if isinstance(record, Encounter) else self._encounter(record.about)
        if encounter is None:
            return None
        stored = read_case(self.dynamodb, table=self.cases_table, case_id=encounter.case_id) if case is None else None
        is_open = case is not None or (stored is not None and stored.status is CaseStatus.OPEN)
        kind = record.notice if isinstance(record, Notice) else NoticeKind.FIRST
        if not _is_needed(kind, encounter, is_open=is_open):
            return None
        return Occasion(
            key=record.encounter_id,
            kind=kind,
            encounter=encounter,
            case=case or (stored.case if stored else _unknown(encounter.case_id)),
            since=from_text(
                record.created_at if isinstance(record, Notice) else record.timeline.encountered_at,
            ),
            named=record.audience if isinstance(record, Notice) else (),
            attempts=record.alert_attempts,
        )

    def _put_off(self, occasion: Occasion, delivery: Delivery) -> None:
        """What some recipients get apart: in another language, or when their quiet hours are over."""
        part = delivery.language if delivery.due_at is None else delivery.recipients[0]
        encounter_id = occasion.encounter.encounter_id
        key = notice_key(encounter_id, NoticeKind.FIRST, part)
        if occasion.kind is not NoticeKind.FIRST:
            key = f"{occasion.key}.{part}"
        self.states.put(
            Notice(
                encounter_id=key,
                about=encounter_id,
                notice=occasion.kind,
                created_at=to_text(occasion.since),
                audience=delivery.recipients,
                alert_due_at=to_text(delivery.due_at or self.now()),
                expires_at=self.states.policy.expiry(self.now()),
            )
        )

    def _publish(self, occasion: Occasion, alert: Alert, delivery: Delivery) -> Outcome:
        try:
            self._send(occasion, alert, delivery)
        except (ClientError, BotoCoreError) as error:
            if _may_have_arrived(error):
                # The claim stays. If no receipt comes before it runs out, the sweep sends the alert again.
                return Outcome.UNCONFIRMED
            pause = min(_FIRST_PAUSE * 2 ** (occasion.attempts - 1), _LONGEST_PAUSE)
            self.states.postpone(occasion.key, until=self.now() + pause, reason=str(error))
            return Outcome.POSTPONED
        self.states.sent(occasion.key, now=self.now())
        return Outcome.SENT

    def _send(self, occasion: Occasion, alert: Alert, delivery: Delivery) -> None:
        document = alert.document(occasion.key)
        by_channel = {
            "default": alert.email(),
            "sms": alert.sms(),
            "email": alert.email(),
            "https": document,
            "sqs": document,
        }
        # Not an empty list, which no filter policy is said to handle: "-" is nobody's name.
        names = msgspec.json.encode(delivery.recipients or ("-",)).decode()
        self.sns.publish(
            TopicArn=self.topic_arn,
            Subject=f"{HEADLINE}: {alert.case_id}",
            Message=msgspec.json.encode(by_channel).decode(),
            MessageStructure="json",
            MessageAttributes={"recipients": {"DataType": "String.Array", "StringValue": names}},
        )

    def _encounter(self, encounter_id: str) -> Encounter | None:
        key = {"encounter_id": {"S": encounter_id}}
        item = self.dynamodb.get_item(TableName=self.states.table, Key=key, ConsistentRead=True).get("Item")
        return None if item is None else msgspec.convert(from_attributes(item), type=Encounter)

    def _site(self, camera: str) -> str:
        key = {"camera": {"S": camera}}
        item = self.dynamodb.get_item(TableName=self.cameras_table, Key=key).get("Item", {})
        return item["site"]["S"] if "site" in item else camera


def _is_needed(kind: NoticeKind, encounter: Encounter, *, is_open: bool) -> bool:
    if kind is NoticeKind.RECALL:
        return True
    if not is_open or encounter.review is not Review.OPEN:
        return False
    if kind is NoticeKind.DIGEST:
        return len(encounter.sightings) > encounter.alerted_sightings
    if kind is NoticeKind.ESCALATION:
        return encounter.acknowledged_at is None
    return True


def _unknown(case_id: str) -> Case:
    """A case that the gallery has no more, of which there is still something to tell."""
    source, _, source_id = case_id.partition(":")
    return Case(case_id=case_id, source=source, source_id=source_id)


def _may_have_arrived(error: ClientError | BotoCoreError) -> bool:
    """Whether SNS may have taken the message although it did not say so."""
    if isinstance(error, ClientError):
        return error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500
    return not isinstance(error, EndpointConnectionError | ParamValidationError)
