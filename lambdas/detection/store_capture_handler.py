"""The store-capture function, which the IoT rules invoke asynchronously."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

import boto3

from lambdas.common.logs import json_log
from lambdas.common.metrics import Metrics
from lambdas.common.times import now
from lambdas.detection.message import decode_message, routed_message
from lambdas.detection.registered_things import RegisteredThings
from lambdas.detection.store_capture import store_capture

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logging.getLogger(__name__)
metrics = Metrics()
s3 = boto3.client("s3")
BUCKET = os.environ["DETECTION_BUCKET"]
things = RegisteredThings(boto3.client("dynamodb"), table=os.environ["CAMERAS_TABLE"], stage=os.environ["STAGE"])


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Store one message's capture, or drop the message if its thing is no camera of this environment.

    Lambda retries after an error of AWS. It sends a malformed message to the failure destination with the reason.
    """
    message = routed_message(event)
    camera = things.camera_of(message.thing, client_id=message.client_id)
    if camera is None:
        metrics.count("CapturesFromUnregisteredThings")
        logger.warning("dropped", extra={"thing": message.thing, "client_id": message.client_id})
        return
    store_capture(s3, bucket=BUCKET, received=decode_message(message, camera=camera), now=now())
    metrics.count("CapturesStored")
