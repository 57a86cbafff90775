"""What the notify and sweep functions share: one notifier, made from the function's environment."""

from __future__ import annotations

import os
from datetime import timedelta

import boto3
from botocore.config import Config

from lambdas.alerting.alert_state import AlertStates
from lambdas.alerting.notify import Notifier
from lambdas.common.times import now

# Longer than either function may run, so that a claim that ran out has no holder left; and longer than a receipt takes.
LEASE = timedelta(seconds=60)


def notifier_from_environment() -> Notifier:
    """Raises KeyError where a variable of the environment is missing."""
    dynamodb = boto3.client("dynamodb")
    return Notifier(
        sns=boto3.client("sns", config=Config(retries={"total_max_attempts": 1}, read_timeout=10)),
        dynamodb=dynamodb,
        states=AlertStates(dynamodb=dynamodb, table=os.environ["ENCOUNTERS_TABLE"], lease=LEASE),
        cases_table=os.environ["CASES_TABLE"],
        cameras_table=os.environ["CAMERAS_TABLE"],
        topic_arn=os.environ["ALERT_TOPIC_ARN"],
        console_url=os.environ["CONSOLE_URL"],
        now=now,
    )
