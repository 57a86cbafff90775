"""Find the failure queues and the failed alerts of a deployment, and count and retry them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdas.common.dynamodb import update_if
from lambdas.common.times import now
from lambdas.encounters.alert_updates import retry_alert
from lambdas.encounters.encounter import AlertState
from lambdas.encounters.table import keys_by_alert

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment


FAILED_ALERTS = "FailedAlerts"  # no queue: encounters and notices whose alert failed too often


def count_failures(deployment: Deployment) -> dict[str, int]:
    """Count the messages of each failure queue, and the failed alerts."""
    counts = {name: count_messages(deployment, url) for name, url in failure_queues(deployment).items()}
    return {**counts, FAILED_ALERTS: len(failed_alerts(deployment))}


def failed_alerts(deployment: Deployment) -> list[str]:
    """Return the keys of the encounters and notices whose alert failed."""
    table = deployment["EncountersTable"]
    return list(keys_by_alert(deployment.client("dynamodb"), AlertState.FAILED, table=table))


def retry_failed_alerts(deployment: Deployment) -> int:
    """Make every failed alert due now, and return their number. The alerting functions send them."""
    dynamodb, table = deployment.client("dynamodb"), deployment["EncountersTable"]
    retries = (retry_alert(table, key, now=now()) for key in failed_alerts(deployment))
    return sum(update_if(dynamodb, **retry) is not None for retry in retries)


def failure_queues(deployment: Deployment) -> dict[str, str]:
    """Return the URLs of the failure queues by name, from the outputs of the stacks."""
    # Other URLs are addresses of pages. A queue's ends with the account and the queue's name.
    queue_url = re.compile(r"https?://[^/]+/\d{12}/[^/]+")
    found = {
        name.removesuffix("Url"): url
        for name, url in deployment.outputs.items()
        if name.endswith("Url") and queue_url.fullmatch(url)
    }
    return dict(sorted(found.items()))


def count_messages(deployment: Deployment, url: str) -> int:
    """Return the approximate number of messages that wait in a queue."""
    return int(queue_attribute(deployment, url, "ApproximateNumberOfMessages"))


def queue_attribute(deployment: Deployment, url: str, name: str) -> str:
    """Read an attribute of a queue."""
    answer = deployment.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])
    return str(answer["Attributes"][name])
