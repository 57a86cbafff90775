"""The webhook function. Each receiver has a queue that subscribes to the alert topic and invokes it."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

import boto3
import msgspec
from aws_lambda_powertools.utilities.parameters import SecretsProvider

from lambdas.common.logs import json_log
from lambdas.common.metrics import Metrics
from lambdas.common.times import now
from lambdas.webhook.bounded_pool import bounded_pool
from lambdas.webhook.post import NotDeliveredError, Poster, Receiver

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.common.batch import EventRecord

_SECRET_CACHE_S = 300

logger = logging.getLogger(__name__)
metrics = Metrics()
sqs = boto3.client("sqs")
secrets = SecretsProvider()
receivers = msgspec.json.decode(os.environ["RECEIVERS"], type=dict[str, Receiver])
queue_urls = {url.rpartition("/")[2]: url for url in receivers}
poster = Poster(
    http=bounded_pool(),
    read_secret=lambda arn: str(secrets.get(arn, max_age=_SECRET_CACHE_S)),
    # Only in the local cloud is the AWS endpoint on localhost.
    is_local=os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://127.0.0.1"),
    now=now,
)


def deliver(record: EventRecord) -> bool:
    """Post the alert of one message; False if it failed, and the queue redelivers it after a backoff."""
    url = queue_urls[record["eventSourceARN"].rpartition(":")[2]]
    receiver, attempt = receivers[url], int(record["attributes"]["ApproximateReceiveCount"])
    try:
        poster.post(receiver, record["body"].encode(), attempt=attempt)
    except NotDeliveredError as error:
        logger.warning("not delivered", extra={"recipient": receiver.name, "attempt": attempt, "reason": str(error)})
        sqs.change_message_visibility(
            QueueUrl=url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=error.pause_s
        )
        metrics.count("WebhooksNotDelivered")
        return False
    logger.info("delivered", extra={"recipient": receiver.name, "attempt": attempt})
    metrics.count("WebhooksDelivered")
    return True


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Handle a batch. A failed message stays in its queue until the maximum receive count."""
    failed = [record["messageId"] for record in event["Records"] if not deliver(record)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
