"""The store-capture function, which the IoT rules invoke asynchronously."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

import boto3

from lambdas.common.logs import json_log
from lambdas.common.metrics import Metrics
from lambdas.common.times import now
from lambdas.detection.health_message import decode_health
from lambdas.detection.message import BadMessageError, decode_message, routed_message
from lambdas.detection.registered_things import RegisteredThings
from lambdas.detection.search_limit import SearchLimit
from lambdas.detection.store_capture import store_capture
from lambdas.encounters.camera_reports import CameraReports

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.detection.message import RoutedMessage

logger = logging.getLogger(__name__)
metrics = Metrics()
s3 = boto3.client("s3")
BUCKET = os.environ["DETECTION_BUCKET"]
dynamodb = boto3.client("dynamodb")
things = RegisteredThings(dynamodb, table=os.environ["CAMERAS_TABLE"], stage=os.environ["STAGE"])
limit = SearchLimit(
    dynamodb=dynamodb,
    table=os.environ["ENCOUNTERS_TABLE"],
    per_minute=int(os.environ["SEARCHES_PER_CAMERA_PER_MINUTE"]),
    now=now,
)

reports = CameraReports(dynamodb=dynamodb, table=os.environ["ENCOUNTERS_TABLE"])


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Store one message's capture. Drop it if its thing is no camera of this environment, or floods.

    Lambda retries after an error of AWS. It sends a malformed message to the failure destination with the reason.
    """
    message = routed_message(event)
    camera = things.camera_of(message.thing, client_id=message.client_id)
    if camera is None:
        metrics.count("CapturesFromUnregisteredThings")
        logger.warning("dropped", extra={"thing": message.thing, "client_id": message.client_id})
        return
    if message.kind == "health":
        note_health(message, camera)
        return
    if not limit.admits(camera):
        metrics.count("CapturesOverLimit")
        return
    received = decode_message(message, camera=camera)
    if limit.is_repeated(camera, received.sha256):
        metrics.count("CapturesRepeated")
        return
    store_capture(s3, bucket=BUCKET, received=received, now=now())
    limit.remember(camera, received.sha256)
    metrics.count("CapturesStored")


def note_health(message: RoutedMessage, camera: str) -> None:
    """Keep what the camera says of itself. A malformed report is only counted: the next one comes in a minute."""
    try:
        report = decode_health(message)
    except BadMessageError as error:
        metrics.count("HealthReportsMalformed")
        logger.warning("health report dropped", extra={"camera": camera, "reason": str(error)})
        return
    reports.note(camera, report, at=now())
