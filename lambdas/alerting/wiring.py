"""What the functions that send alerts share: one notifier, made from the function's environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import boto3
from botocore.config import Config

from lambdas.alerting.alert_state import AlertStates
from lambdas.alerting.notify import Notifier
from lambdas.alerting.recipients import read_recipients
from lambdas.common.policy import read_policy
from lambdas.common.times import now

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient


def notifier_from_environment(dynamodb: DynamoDBClient, timed: Callable[[str, float], None]) -> Notifier:
    """The notifier; `timed` is told how long its alerts took.

    Raises:
        KeyError: a variable of the environment is missing.
    """
    return Notifier(
        sns=boto3.client("sns", config=Config(retries={"total_max_attempts": 1}, read_timeout=10)),
        dynamodb=dynamodb,
        states=AlertStates(
            dynamodb=dynamodb, table=os.environ["ENCOUNTERS_TABLE"], policy=read_policy(os.environ["POLICY"])
        ),
        cases_table=os.environ["CASES_TABLE"],
        cameras_table=os.environ["CAMERAS_TABLE"],
        topic_arn=os.environ["ALERT_TOPIC_ARN"],
        link_base=os.environ["LINK_BASE"],
        recipients=read_recipients(os.environ["RECIPIENTS"]),
        zone=ZoneInfo(os.environ["TIME_ZONE"]),
        sms_per_day=int(os.environ["SMS_PER_DAY"]),
        takes_replies=os.environ["SMS_REPLIES"] == "true",
        timed=timed,
        now=now,
    )
