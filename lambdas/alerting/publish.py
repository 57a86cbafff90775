"""Publish a message to the SNS topic, and record what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, ParamValidationError

from lambdas.alerting.recipients import Channel, names_by_channel
from lambdas.alerting.texts.render import render

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mypy_boto3_sns import SNSClient

    from lambdas.alerting.alert_state import AlertStates
    from lambdas.alerting.audience import Delivery
    from lambdas.alerting.occasion import Occasion
    from lambdas.alerting.recipients import Recipient

_FIRST_PAUSE = timedelta(seconds=30)
_MAX_PAUSE = timedelta(minutes=15)
# SNS does not document how a filter policy treats an empty list. No recipient has this name.
_NOBODY = "-"


class AlertOutcome(StrEnum):
    """How one attempt to send an alert or a notice ended. The values are metric names."""

    SENT = "AlertsSent"
    NOT_OURS = "AlertsAlreadyTaken"
    WITHDRAWN = "AlertsWithdrawn"
    POSTPONED = "AlertsPostponed"
    UNCONFIRMED = "AlertsUnconfirmed"


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """The alert topic. `sns` must not retry: a lost answer may hide a success, and only a receipt can tell."""

    sns: SNSClient
    topic_arn: str
    recipients: tuple[Recipient, ...]
    states: AlertStates
    now: Callable[[], datetime]

    def publish(self, occasion: Occasion, delivery: Delivery) -> AlertOutcome:
        """Publish once, then mark the alert as sent, or postpone it if SNS refused it."""
        notice = occasion.notice
        try:
            self._send(occasion, delivery)
        except (ClientError, BotoCoreError) as error:
            if _may_have_arrived(error):
                # Keep the claim. If no receipt arrives before the claim expires, the sweep sends the alert again.
                return AlertOutcome.UNCONFIRMED
            pause = min(_FIRST_PAUSE * 2 ** (notice.alert_attempts - 1), _MAX_PAUSE)
            self.states.postpone(notice.encounter_id, until=self.now() + pause, reason=str(error))
            return AlertOutcome.POSTPONED
        self.states.mark_sent(notice.encounter_id, now=self.now())
        return AlertOutcome.SENT

    def _send(self, occasion: Occasion, delivery: Delivery) -> None:
        texts = render(occasion.message, alert_id=occasion.notice.encounter_id, language=delivery.language)
        by_channel = {"sms": texts.sms, "sqs": texts.document}
        # SNS sends "default" to every channel without a text of its own. E-mail is the only such channel.
        has_email = names_by_channel(self.recipients, Channel.EMAIL).intersection(delivery.recipients)
        by_channel["default"] = texts.email if has_email else by_channel.pop("sms")
        names = msgspec.json.encode(delivery.recipients or (_NOBODY,)).decode()
        self.sns.publish(
            TopicArn=self.topic_arn,
            Subject=texts.subject,
            Message=msgspec.json.encode(by_channel).decode(),
            MessageStructure="json",
            MessageAttributes={"recipients": {"DataType": "String.Array", "StringValue": names}},
        )


def _may_have_arrived(error: ClientError | BotoCoreError) -> bool:
    """Tell whether SNS may have accepted the message despite the error."""
    if isinstance(error, ClientError):
        return error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500
    return not isinstance(error, EndpointConnectionError | ParamValidationError)
