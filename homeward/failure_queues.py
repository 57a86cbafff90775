"""Find the failure queues of a deployment, and count their messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment


def failure_queues(deployment: Deployment) -> dict[str, str]:
    """Return the URLs of the failure queues by name, from the outputs of the stacks."""
    found = {
        name.removesuffix("Url"): url
        for name, url in deployment.outputs.items()
        if name.endswith("Url") and name != "LinksUrl"  # the address of the links in alerts
    }
    return dict(sorted(found.items()))


def count_messages(deployment: Deployment, url: str) -> int:
    """Return the approximate number of messages that wait in a queue."""
    return int(queue_attribute(deployment, url, "ApproximateNumberOfMessages"))


def queue_attribute(deployment: Deployment, url: str, name: str) -> str:
    """Read an attribute of a queue."""
    answer = deployment.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])
    return str(answer["Attributes"][name])
