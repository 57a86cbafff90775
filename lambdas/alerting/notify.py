"""Send the alert of an encounter, once: claim it, publish it, write that it is out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, ParamValidationError

from lambdas.alerting.alert import HEADLINE, compose_alert
from lambdas.common.case import CaseStatus
from lambdas.common.cases_table import read_case

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sns import SNSClient

    from lambdas.alerting.alert import Alert
    from lambdas.alerting.alert_state import AlertStates
    from lambdas.common.encounter import Encounter

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
    """

    sns: SNSClient
    dynamodb: DynamoDBClient
    states: AlertStates
    cases_table: str
    cameras_table: str
    topic_arn: str
    console_url: str
    now: Callable[[], datetime]

    def notify(self, encounter_id: str) -> Outcome:
        """Send the alert of this encounter if it is due."""
        encounter = self.states.claim(encounter_id, now=self.now())
        if encounter is None:
            return Outcome.NOT_OURS
        stored = read_case(self.dynamodb, table=self.cases_table, case_id=encounter.case_id)
        if stored is None or stored.status is not CaseStatus.OPEN:
            self.states.withdraw(encounter_id, now=self.now())
            return Outcome.WITHDRAWN
        alert = compose_alert(encounter, stored.case, site=self._site(encounter.camera), console_url=self.console_url)
        return self._publish(encounter, alert)

    def _publish(self, encounter: Encounter, alert: Alert) -> Outcome:
        try:
            self._send(alert)
        except (ClientError, BotoCoreError) as error:
            if _may_have_arrived(error):
                # The claim stays. If no receipt comes before it runs out, the sweep sends the alert again.
                return Outcome.UNCONFIRMED
            pause = min(_FIRST_PAUSE * 2 ** (encounter.alert_attempts - 1), _LONGEST_PAUSE)
            self.states.postpone(encounter.encounter_id, until=self.now() + pause, reason=str(error))
            return Outcome.POSTPONED
        self.states.sent(encounter.encounter_id, now=self.now())
        return Outcome.SENT

    def _send(self, alert: Alert) -> None:
        document = alert.document()
        by_channel = {
            "default": alert.email(),
            "sms": alert.sms(),
            "email": alert.email(),
            "https": document,
            "sqs": document,
        }
        self.sns.publish(
            TopicArn=self.topic_arn,
            Subject=f"{HEADLINE}: {alert.case_id}",
            Message=msgspec.json.encode(by_channel).decode(),
            MessageStructure="json",
            MessageAttributes={"encounter_id": {"DataType": "String", "StringValue": alert.encounter_id}},
        )

    def _site(self, camera: str) -> str | None:
        key = {"camera": {"S": camera}}
        item = self.dynamodb.get_item(TableName=self.cameras_table, Key=key).get("Item", {})
        return item["site"]["S"] if "site" in item else None


def _may_have_arrived(error: ClientError | BotoCoreError) -> bool:
    """Whether SNS may have taken the message although it did not say so."""
    if isinstance(error, ClientError):
        return error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500
    return not isinstance(error, EndpointConnectionError | ParamValidationError)
