"""Run a custom resource and send CloudFormation its response. Without one, CloudFormation waits for an hour."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# The physical id of a resource whose creation failed. CloudFormation deletes such a resource too when it rolls back.
# If the function's response was lost, CloudFormation deletes the resource with a physical id of its own making.
NOT_CREATED = "not-made"
# CloudFormation refuses a response of more than 4,096 bytes, and would then wait as if there were none.
_MAX_REASON = 1000


def respond(event: dict[str, Any], handle: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Handle an event of CloudFormation and send the result.

    `handle` returns PhysicalResourceId and, for attributes, Data. If it raises, the deployment fails with the error as
    its reason, and CloudFormation rolls it back.
    """
    try:
        result = {"Status": "SUCCESS", **handle(event)}
    except Exception as error:  # noqa: BLE001 - any error must fail the deployment with its reason
        reason = f"{type(error).__name__}: {error}"[:_MAX_REASON]
        physical_id = event.get("PhysicalResourceId", NOT_CREATED)
        result = {"Status": "FAILED", "Reason": reason, "PhysicalResourceId": physical_id}
    ids = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    _send(event["ResponseURL"], {**result, **ids})


def _send(url: str, result: dict[str, Any]) -> None:
    """PUT the response to the pre-signed URL from CloudFormation. S3 expects an empty content type."""
    request = urllib.request.Request(  # noqa: S310 - the URL is CloudFormation's
        url, data=json.dumps(result).encode(), method="PUT", headers={"Content-Type": ""}
    )
    with urllib.request.urlopen(request, timeout=30):  # noqa: S310 - as above
        pass
