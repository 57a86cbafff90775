"""Answering CloudFormation for resources that are not its own: without an answer it waits for an hour."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# The physical id of a resource whose creation failed. CloudFormation deletes that one too when it rolls back.
NOT_MADE = "not-made"


def answer(event: dict[str, Any], carry_out: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Carry an event out, and tell CloudFormation what came of it.

    Args:
        event: of CloudFormation.
        carry_out: does it; returns PhysicalResourceId and, for attributes, Data. Whatever it raises is answered as a
            failure with its reason, so that the deployment fails and is rolled back.
    """
    try:
        result = {"Status": "SUCCESS", **_carry_out(event, carry_out)}
    except Exception as error:  # noqa: BLE001 - anything at all must fail the deployment with its reason
        reason = f"{type(error).__name__}: {error}"
        result = {"Status": "FAILED", "Reason": reason, "PhysicalResourceId": event.get("PhysicalResourceId", NOT_MADE)}
    same = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    _send(event["ResponseURL"], {**result, **same})


def _carry_out(event: dict[str, Any], carry_out: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    if event["RequestType"] == "Delete" and event["PhysicalResourceId"] == NOT_MADE:
        return {"PhysicalResourceId": NOT_MADE}
    return carry_out(event)


def _send(url: str, result: dict[str, Any]) -> None:
    """PUT the answer to the pre-signed URL that CloudFormation gave; S3 signs it without a content type."""
    request = urllib.request.Request(  # noqa: S310 - the URL is CloudFormation's
        url, data=json.dumps(result).encode(), method="PUT", headers={"Content-Type": ""}
    )
    with urllib.request.urlopen(request, timeout=30):  # noqa: S310 - as above
        pass
