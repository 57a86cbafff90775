"""The function of the custom resource that deletes a bucket with its contents."""

from __future__ import annotations

from typing import Any

import boto3

from lambdas.custom_resources.bucket_contents import handle_bucket_contents
from lambdas.custom_resources.response import respond

s3 = boto3.client("s3")


def handler(event: dict[str, Any], context: object) -> None:
    """Respond to CloudFormation. If the bucket cannot be deleted, the stack's deletion fails and can be retried."""
    respond(event, lambda event: handle_bucket_contents(s3, event))
