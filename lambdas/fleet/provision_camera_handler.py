"""The pre-provisioning hook: AWS IoT asks it before a device with the claim certificate becomes a camera."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

import boto3

from lambdas.common.logs import json_log
from lambdas.common.metrics import Metrics
from lambdas.common.times import now
from lambdas.fleet.claims import take

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logging.getLogger(__name__)
metrics = Metrics()
dynamodb = boto3.client("dynamodb")
TABLE = os.environ["CAMERAS_TABLE"]


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, bool]:
    """Refuses every device that no operator reserved a place for."""
    wanted = event.get("parameters", {})
    camera, serial_number = str(wanted.get("ThingName", "")), str(wanted.get("SerialNumber", ""))
    allowed = bool(camera) and take(dynamodb, table=TABLE, camera=camera, serial_number=serial_number, now=now())
    metrics.count("CamerasProvisioned" if allowed else "CamerasRefused")
    logger.info("provisioning", extra={"camera": camera, "allowed": allowed})
    return {"allowProvisioning": allowed}
