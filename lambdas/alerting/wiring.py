"""Build the notifier of a function from its environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import boto3
from botocore.config import Config

from lambdas.alerting.alert_state import AlertStates
from lambdas.alerting.delivery_plan import Planner
from lambdas.alerting.notify import Notifier
from lambdas.alerting.occasion import Occasions
from lambdas.alerting.publish import Publisher
from lambdas.alerting.recipients import read_recipients
from lambdas.alerting.settings import AlertSettings
from lambdas.common.clients import HOT_PATH
from lambdas.common.times import now
from lambdas.encounters.policy import read_policy

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sns import SNSClient


def notifier_from_environment(dynamodb: DynamoDBClient, record_hop: Callable[[str, float], None]) -> Notifier:
    """Build the notifier. `record_hop` gets the name and the milliseconds of each hop of a first alert.

    Raises:
        KeyError: an environment variable is missing.
    """
    return build_notifier(
        sns=topic_client(),
        topic_arn=os.environ["ALERT_TOPIC_ARN"],
        states=AlertStates(
            dynamodb=dynamodb, table=os.environ["ENCOUNTERS_TABLE"], policy=read_policy(os.environ["POLICY"])
        ),
        cases_table=os.environ["CASES_TABLE"],
        cameras_table=os.environ["CAMERAS_TABLE"],
        settings=AlertSettings(
            recipients=read_recipients(os.environ["RECIPIENTS"]),
            zone=ZoneInfo(os.environ["TIME_ZONE"]),
            sms_per_day=int(os.environ["SMS_PER_DAY"]),
            sms_percent_per_camera=int(os.environ["SMS_PERCENT_PER_CAMERA"]),
            takes_replies=os.environ["SMS_REPLIES"] == "true",
            link_base=os.environ["LINK_BASE"],
        ),
        record_hop=record_hop,
        now=now,
    )


def topic_client() -> SNSClient:
    """Create a client that publishes alerts. It does not retry: see `Publisher`."""
    sns = boto3.client("sns", config=HOT_PATH.merge(Config(retries={"total_max_attempts": 1}, read_timeout=10)))
    sns.meta.events.register("before-call.sns.PublishBatch", _encode_form)
    return sns


def _encode_form(params: dict[str, Any], **_: object) -> None:
    """Encode the texts once. botocore encodes a form four times, which takes longer than the rest of its work."""
    params["body"] = urlencode(params["body"]).encode()


def build_notifier(
    *,
    sns: SNSClient,
    topic_arn: str,
    states: AlertStates,
    cases_table: str,
    cameras_table: str,
    settings: AlertSettings,
    record_hop: Callable[[str, float], None],
    now: Callable[[], datetime],
) -> Notifier:
    """Build a notifier from its parts. See `Publisher` for what `sns` must not do."""
    return Notifier(
        states=states,
        occasions=Occasions(
            dynamodb=states.dynamodb,
            encounters_table=states.table,
            cases_table=cases_table,
            cameras_table=cameras_table,
            settings=settings,
            now=now,
        ),
        planner=Planner(settings=settings, states=states, now=now),
        publisher=Publisher(sns=sns, topic_arn=topic_arn, recipients=settings.recipients, states=states, now=now),
        record_hop=record_hop,
        now=now,
    )
