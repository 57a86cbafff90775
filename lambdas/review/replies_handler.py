"""The replies function. A queue invokes it with the text messages that people send to the agency's number."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import msgspec
from aws_lambda_powertools.utilities.parameters import SecretsProvider

from lambdas.common.batch import process_batch
from lambdas.common.logs import json_log
from lambdas.common.metrics import Metrics
from lambdas.common.times import now
from lambdas.review.replies import Replies, Reply
from lambdas.review.wiring import verdicts_from_environment

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.common.batch import EventRecord

_SECRET_CACHE_S = 300

metrics = Metrics()
secrets = SecretsProvider()
verdicts = verdicts_from_environment(boto3.client("s3"), boto3.client("dynamodb"))
PHONES_SECRET, VALID_HOURS = os.environ["PHONES_SECRET"], float(os.environ["LINK_VALID_HOURS"])


def replies() -> Replies:
    """Build the handler of replies with the phones of today, which a deployment may change."""
    names = json.loads(str(secrets.get(PHONES_SECRET, max_age=_SECRET_CACHE_S)))
    return Replies(verdicts=verdicts, names=names, valid_for=timedelta(hours=VALID_HOURS), now=now)


def handle_reply(record: EventRecord) -> None:
    """Handle one reply. Do not log its text or its number: anybody may write to the agency's number."""
    outcome = replies().handle(msgspec.json.decode(record["body"], type=Reply))
    metrics.count(outcome.value)


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Handle a batch. The queue redelivers only the replies that failed."""
    return process_batch(event, handle_reply)
