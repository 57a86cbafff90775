"""The webhook function: behind one queue a receiver, each of which the alert topic delivers to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import boto3
import msgspec
import urllib3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.parameters import SecretsProvider

from lambdas.common.times import now
from lambdas.webhook.post import NotDeliveredError, Poster, Receiver

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.common.batch import Record

_SECRETS_KEPT_S = 300

logger = Logger()
metrics = Metrics()
sqs = boto3.client("sqs")
secrets = SecretsProvider()
receivers = msgspec.json.decode(os.environ["RECEIVERS"], type=dict[str, Receiver])
queue_urls = {url.rpartition("/")[2]: url for url in receivers}
poster = Poster(
    http=urllib3.PoolManager(),
    read_secret=lambda arn: str(secrets.get(arn, max_age=_SECRETS_KEPT_S)),
    # Only the local cloud sets an address of AWS on this machine.
    is_local=os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://127.0.0.1"),
    now=now,
)


def deliver(record: Record) -> bool:
    """Post the alert of one message; where that fails, it comes again after a pause that grows."""
    url = queue_urls[record["eventSourceARN"].rpartition(":")[2]]
    receiver, attempt = receivers[url], int(record["attributes"]["ApproximateReceiveCount"])
    try:
        poster.post(receiver, record["body"].encode(), attempt=attempt)
    except NotDeliveredError as error:
        logger.warning("not delivered", recipient=receiver.name, attempt=attempt, reason=str(error))
        sqs.change_message_visibility(
            QueueUrl=url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=error.pause_s
        )
        metrics.add_metric(name="WebhooksNotDelivered", unit=MetricUnit.Count, value=1)
        return False
    logger.info("delivered", recipient=receiver.name, attempt=attempt)
    metrics.add_metric(name="WebhooksDelivered", unit=MetricUnit.Count, value=1)
    return True


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """A message that was not delivered stays in its queue, until it was received too often."""
    failed = [record["messageId"] for record in event["Records"] if not deliver(record)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
