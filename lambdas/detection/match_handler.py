"""The match function, triggered by the queue of the detection bucket."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from lambdas.cases.collections_in_use import CollectionToSearch
from lambdas.common.batch import process_batch
from lambdas.common.clients import HOT_PATH
from lambdas.common.logs import json_log
from lambdas.common.metrics import Metrics
from lambdas.common.s3_events import object_keys
from lambdas.common.times import now
from lambdas.detection.match import Matcher
from lambdas.detection.placement import Encounters
from lambdas.encounters.policy import read_policy
from lambdas.encounters.score_counts import ScoreCounts

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.alerting.notify import Notifier
    from lambdas.common.batch import EventRecord

metrics = Metrics()
dynamodb = boto3.client("dynamodb", config=HOT_PATH)


@cache
def notifier() -> Notifier:
    """Build the notifier for the first alert, so that a cold start does not import its modules."""
    from lambdas.alerting.wiring import notifier_from_environment  # noqa: PLC0415 - see the docstring

    return notifier_from_environment(dynamodb, metrics.time)


policy = read_policy(os.environ["POLICY"])
scores = ScoreCounts(
    dynamodb=dynamodb, table=os.environ["ENCOUNTERS_TABLE"], kept=timedelta(days=policy.kept_days), now=now
)
matcher = Matcher(
    s3=boto3.client("s3", config=HOT_PATH),
    # Only the "standard" retry mode treats Rekognition's ProvisionedThroughputExceededException as throttling.
    rekognition=boto3.client(
        "rekognition", config=HOT_PATH.merge(Config(retries={"mode": "standard", "total_max_attempts": 6}))
    ),
    dynamodb=dynamodb,
    bucket=os.environ["DETECTION_BUCKET"],
    collection=CollectionToSearch(
        dynamodb=dynamodb, table=os.environ["CASES_TABLE"], deployed=os.environ["FACE_COLLECTION"], now=now
    ).name,
    cases_table=os.environ["CASES_TABLE"],
    cameras_table=os.environ["CAMERAS_TABLE"],
    encounters=Encounters(
        dynamodb=dynamodb,
        table=os.environ["ENCOUNTERS_TABLE"],
        policy=policy,
    ),
    notifier=notifier,
    record_hop=metrics.time,
    record_score=scores.add,
    now=now,
)


def match_record(record: EventRecord) -> None:
    """Search the captures that one queue message names. A capture without a match leaves only a count."""
    for key in object_keys(record["body"]):
        metrics.count(matcher.match(key).value)


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """SQS redelivers only the messages that failed, and finally moves them to the dead-letter queue."""
    try:
        return process_batch(event, match_record)
    finally:
        # After the alerts, which must not wait for it.
        scores.write()
