"""The custom resource's function: CloudFormation gets an answer whatever happens, or it would wait for an hour."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import boto3

from lambdas.face_collection.collection import carry_out, read_request

rekognition = boto3.client("rekognition")


def handler(event: dict[str, Any], context: object) -> None:
    """A failure is answered as one, with its reason, so that the deployment fails and is rolled back."""
    try:
        answer = {"Status": "SUCCESS", **carry_out(rekognition, read_request(event))}
    except Exception as error:  # noqa: BLE001 - anything at all must fail the deployment with its reason
        reason = f"{type(error).__name__}: {error}"
        physical_id = event.get("PhysicalResourceId", "face-collection-not-made")
        answer = {"Status": "FAILED", "Reason": reason, "PhysicalResourceId": physical_id}
    same = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    send(event["ResponseURL"], {**answer, **same})


def send(url: str, answer: dict[str, Any]) -> None:
    """PUT the answer to the pre-signed URL that CloudFormation gave; S3 signs it without a content type."""
    request = urllib.request.Request(  # noqa: S310 - the URL is CloudFormation's
        url, data=json.dumps(answer).encode(), method="PUT", headers={"Content-Type": ""}
    )
    with urllib.request.urlopen(request, timeout=30):  # noqa: S310 - as above
        pass
