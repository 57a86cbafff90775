"""Send an alert or a notice, once: claim it, find who is to have it, publish it, write that it is out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, ParamValidationError

from lambdas.alerting.alert import compose_alert
from lambdas.alerting.audience import Delivery, Facts, audience
from lambdas.alerting.budget import Budget, BudgetWarning
from lambdas.alerting.occasion import Occasion, as_notice
from lambdas.alerting.recipients import Channel
from lambdas.cases.ages import is_minor
from lambdas.cases.case import Case, CaseStatus
from lambdas.cases.table import read_case
from lambdas.common.cameras_table import read_site
from lambdas.common.probe import PROBE_SOURCE
from lambdas.common.times import from_text, to_text
from lambdas.encounters.encounter import AlertState, Encounter, Notice, NoticeKind, Review, notice_key
from lambdas.encounters.hops import hops
from lambdas.encounters.table import read_encounter

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
class Notifier:
    """What an alert is made from and where it goes.

    `sns` must not retry by itself: an answer that got lost may have been a success, and only a receipt can tell.
    `timed` is told the hops (lambdas/encounters/hops.py) of first alerts and their milliseconds.
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
    sms_per_day: int
    takes_replies: bool
    timed: Callable[[str, float], None]
    now: Callable[[], datetime]

    def notify(self, key: str) -> Outcome:
        """Send the alert of this encounter, or this notice, if it is due."""
        record = self.states.claim(key, now=self.now())
        return Outcome.NOT_OURS if record is None else self.send(record)

    def preparing(self, encounter: Encounter, case: Case, *, site: str) -> list[dict[str, Any]]:
        """What `send` would write before it sends this first alert, for the transaction that opens the encounter."""
        notice = as_notice(encounter)
        first, *later = self._deliveries(notice, self._facts(encounter, case, site))
        writes: list[dict[str, Any]] = [{"Put": self.states.putting(self._apart(notice, each))} for each in later]
        phones = self._reached_by(Channel.SMS, first)
        if len(phones) > self.sms_per_day:
            return []
        if phones:
            writes.append({"Update": self._budget.taking(notice.encounter_id, len(phones), now=self.now())})
        return writes

    def send(
        self,
        record: Encounter | Notice,
        case: Case | None = None,
        *,
        site: str | None = None,
        is_prepared: bool = False,
    ) -> Outcome:
        """Send what the caller has taken.

        `case` and `site` spare a read each where the caller has just read that it is open, and where its camera stands;
        `is_prepared` says that what `preparing` gave has been written.
        """
        notice = as_notice(record)
        occasion = self._occasion(notice, record if isinstance(record, Encounter) else None, case, site)
        if occasion is None:
            self.states.withdraw(notice.encounter_id, now=self.now())
            return Outcome.WITHDRAWN
        first, *later = self._deliveries(notice, occasion.facts)
        if not is_prepared:
            for delivery in later:
                self.states.put(self._apart(notice, delivery))
            first = self._within_budget(notice, first)
        outcome = self._publish(occasion, first)
        if outcome is Outcome.SENT and isinstance(record, Encounter):
            self._time(record)
        return outcome

    def _time(self, encounter: Encounter) -> None:
        """How long it took from the search on; not where the capture waited for a case that came later."""
        line = encounter.timeline
        if line.again:
            return
        known = {
            "captured_at": line.captured_at,
            "searched_at": line.searched_at,
            "encountered_at": line.encountered_at,
        }
        instants = {name: from_text(text) for name, text in known.items()}
        for hop, milliseconds in hops({**instants, "alerted_at": self.now()}):
            self.timed(hop, milliseconds)

    def _occasion(
        self, notice: Notice, encounter: Encounter | None, case: Case | None, site: str | None
    ) -> Occasion | None:
        """None where nobody needs to hear of it any more."""
        if notice.notice is NoticeKind.BUDGET:
            warning = BudgetWarning(day=notice.about, limit=self.sms_per_day)
            return Occasion(notice=notice, facts=None, message=warning)
        encounter = encounter or read_encounter(self.dynamodb, table=self.states.table, encounter_id=notice.about)
        if encounter is None:
            return None
        stored = read_case(self.dynamodb, table=self.cases_table, case_id=encounter.case_id) if case is None else None
        is_open = case is not None or (stored is not None and stored.status is CaseStatus.OPEN)
        if not _is_needed(notice.notice, encounter, is_open=is_open):
            return None
        told = case or (stored.case if stored else _unknown(encounter.case_id))
        where = site or read_site(self.dynamodb, table=self.cameras_table, camera=encounter.camera)
        return self._told(notice, encounter, told, where)

    def _facts(self, encounter: Encounter, case: Case, site: str) -> Facts:
        return Facts(case=case, encounter=encounter, site=site, is_minor=is_minor(case, self.now().date()))

    def _told(self, notice: Notice, encounter: Encounter, case: Case, site: str) -> Occasion:
        facts = self._facts(encounter, case, site)
        alert = compose_alert(
            encounter,
            case,
            kind=notice.notice,
            site=site,
            base=self.link_base,
            zone=self.zone,
            since=from_text(notice.created_at),
            now=self.now(),
            is_minor=facts.is_minor,
            takes_replies=self.takes_replies,
        )
        return Occasion(notice=notice, facts=facts, message=alert)

    def _deliveries(self, notice: Notice, facts: Facts | None) -> list[Delivery]:
        """The one to make now, which may be to nobody; then those that become notices of their own."""
        # Of a probe nobody hears but the receipts.
        is_probe = facts is not None and facts.case.source == PROBE_SOURCE
        # Decided for the time at which the occasion arose, so that every attempt divides the audience alike.
        deliveries = audience(
            () if is_probe else self.recipients,
            facts,
            kind=notice.notice,
            named=notice.audience,
            at=from_text(notice.created_at),
            zone=self.zone,
        )
        at_once = [delivery for delivery in deliveries if delivery.due_at is None]
        return [*(at_once or [Delivery(recipients=())]), *(held for held in deliveries if held.due_at)]

    @property
    def _budget(self) -> Budget:
        return Budget(dynamodb=self.dynamodb, table=self.states.table, limit=self.sms_per_day, zone=self.zone)

    def _reached_by(self, channel: Channel, delivery: Delivery) -> set[str]:
        """The names of those in the delivery who get it this way."""
        names = {recipient.name for recipient in self.recipients if recipient.channel is channel}
        return names.intersection(delivery.recipients)

    def _within_budget(self, notice: Notice, delivery: Delivery) -> Delivery:
        """The delivery without those who get text messages, once the day's are used up; the others hear why."""
        phones, now = self._reached_by(Channel.SMS, delivery), self.now()
        if not phones or notice.notice is NoticeKind.BUDGET:
            return delivery
        if self._budget.take(notice.encounter_id, len(phones), now=now):
            return delivery
        self.states.put(self._budget.warning(now=now, expires_at=self.states.policy.expiry(now)))
        return replace(delivery, recipients=tuple(name for name in delivery.recipients if name not in phones))

    def _apart(self, notice: Notice, delivery: Delivery) -> Notice:
        """What some recipients get apart: in another language, or when their quiet hours are over."""
        part = delivery.language if delivery.due_at is None else f"to-{delivery.recipients[0]}"
        is_first = notice.notice is NoticeKind.FIRST
        return msgspec.structs.replace(
            notice,
            encounter_id=notice_key(notice.about, notice.notice, part) if is_first else f"{notice.encounter_id}.{part}",
            audience=delivery.recipients,
            alert=AlertState.DUE,
            alert_due_at=to_text(delivery.due_at or self.now()),
            alert_attempts=0,
            expires_at=self.states.policy.expiry(self.now()),
        )

    def _publish(self, occasion: Occasion, delivery: Delivery) -> Outcome:
        try:
            self._send(occasion, delivery)
        except (ClientError, BotoCoreError) as error:
            if _may_have_arrived(error):
                # The claim stays. If no receipt comes before it runs out, the sweep sends the alert again.
                return Outcome.UNCONFIRMED
            pause = min(_FIRST_PAUSE * 2 ** (occasion.notice.alert_attempts - 1), _LONGEST_PAUSE)
            self.states.postpone(occasion.notice.encounter_id, until=self.now() + pause, reason=str(error))
            return Outcome.POSTPONED
        self.states.sent(occasion.notice.encounter_id, now=self.now())
        return Outcome.SENT

    def _send(self, occasion: Occasion, delivery: Delivery) -> None:
        message, language = occasion.message, delivery.language
        by_channel = {"sms": message.sms(language), "sqs": message.document(occasion.notice.encounter_id, language)}
        # SNS sends the default by every other channel, of which there is one: e-mail.
        is_mailed = self._reached_by(Channel.EMAIL, delivery)
        by_channel["default"] = message.email(language) if is_mailed else by_channel.pop("sms")
        # Not an empty list, which no filter policy is said to handle: "-" is nobody's name.
        names = msgspec.json.encode(delivery.recipients or ("-",)).decode()
        self.sns.publish(
            TopicArn=self.topic_arn,
            Subject=message.subject(language),
            Message=msgspec.json.encode(by_channel).decode(),
            MessageStructure="json",
            MessageAttributes={"recipients": {"DataType": "String.Array", "StringValue": names}},
        )


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
