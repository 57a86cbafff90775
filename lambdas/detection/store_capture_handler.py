"""The store-capture function, which both IoT rules invoke asynchronously."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import boto3

from lambdas.common.logs import json_log
from lambdas.common.metrics import Metrics
from lambdas.common.times import now
from lambdas.detection.message import decode_message
from lambdas.detection.store_capture import store_capture

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

metrics = Metrics()
s3 = boto3.client("s3")
BUCKET = os.environ["DETECTION_BUCKET"]


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Store one message's capture. Lambda sends a malformed message to the failure destination with the reason."""
    store_capture(s3, bucket=BUCKET, received=decode_message(event), now=now())
    metrics.count("CapturesStored")
