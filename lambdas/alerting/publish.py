"""Publish the messages of a notice to the SNS topic, and record what became of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from lambdas.alerting.backoff import pause_after
from lambdas.alerting.messages import batches, topic_messages
from lambdas.alerting.texts.render import render

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import PublishBatchRequestEntryTypeDef

    from lambdas.alerting.alert_state import AlertStates
    from lambdas.alerting.audience import Delivery
    from lambdas.alerting.occasion import Occasion
    from lambdas.alerting.recipients import Recipient


class AlertOutcome(StrEnum):
    """How one attempt to send an alert or a notice ended. The values are metric names."""

    SENT = "AlertsSent"
    NOT_OURS = "AlertsAlreadyTaken"
    WITHDRAWN = "AlertsWithdrawn"
    POSTPONED = "AlertsPostponed"
    UNCONFIRMED = "AlertsUnconfirmed"
    FAILED = "AlertsFailed"
    GIVEN_UP = "AlertsGivenUp"


@dataclass
class _Answers:
    """What SNS answered about each channel: accepted, refused (with the reason), or unclear."""

    accepted: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    unclear: set[str] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """The alert topic. `sns` must not retry: a lost answer may hide a success, and only a receipt can tell."""

    sns: SNSClient
    topic_arn: str
    recipients: tuple[Recipient, ...]
    states: AlertStates
    now: Callable[[], datetime]

    def publish(self, occasion: Occasion, delivery: Delivery) -> AlertOutcome:
        """Publish each channel that SNS has not accepted yet, then mark the alert as sent if none is left.

        Refused channels become due again. If an answer was lost, the claim stays: a channel whose receipt does not
        arrive before the claim expires is sent again by the sweep.
        """
        notice = occasion.notice
        texts = render(occasion.message, alert_id=notice.encounter_id, language=delivery.language)
        entries = topic_messages(texts, notice.encounter_id, delivery, self.recipients)
        answers = _Answers()
        for batch in batches(entry for entry in entries if entry["Id"] not in (notice.accepted_channels or ())):
            self._send(batch, answers)
        if answers.unclear:
            self.states.accept(notice.encounter_id, answers.accepted)
            return AlertOutcome.UNCONFIRMED
        if answers.refused:
            until = self.now() + pause_after(notice.alert_attempts)
            reason = "; ".join(sorted(set(answers.refused.values())))
            self.states.postpone(notice.encounter_id, until=until, reason=reason, accepted=answers.accepted)
            return AlertOutcome.POSTPONED
        self.states.mark_sent(notice.encounter_id, now=self.now())
        return AlertOutcome.SENT

    def _send(self, batch: Sequence[PublishBatchRequestEntryTypeDef], answers: _Answers) -> None:
        """Publish a batch and add the answer about each of its channels."""
        channels = {entry["Id"] for entry in batch}
        try:
            answer = self.sns.publish_batch(TopicArn=self.topic_arn, PublishBatchRequestEntries=batch)
        except (ClientError, BotoCoreError) as error:
            if _may_have_arrived(error):
                answers.unclear |= channels
            else:
                answers.refused |= dict.fromkeys(channels, str(error))
            return
        answers.accepted |= {entry["Id"] for entry in answer.get("Successful", [])}
        answers.refused |= {
            entry["Id"]: f"{entry['Id']}: {entry['Code']}: {entry.get('Message', '')}"
            for entry in answer.get("Failed", [])
            if entry["SenderFault"]
        }
        # An error on the side of SNS, or no answer for an entry, may hide a success.
        answers.unclear |= channels - answers.accepted - answers.refused.keys()


def _may_have_arrived(error: ClientError | BotoCoreError) -> bool:
    """Tell whether SNS may have accepted messages despite the error."""
    if isinstance(error, ClientError):
        return error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500
    return not isinstance(error, EndpointConnectionError)
