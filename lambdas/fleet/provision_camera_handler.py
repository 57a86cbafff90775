"""The pre-provisioning hook: AWS IoT asks it before a device with the claim certificate becomes a camera."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from lambdas.common.times import now
from lambdas.fleet.claims import take

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
metrics = Metrics()
dynamodb = boto3.client("dynamodb")
TABLE = os.environ["CAMERAS_TABLE"]


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, bool]:
    """Refuses every device that no operator reserved a place for."""
    wanted = event.get("parameters", {})
    camera, serial_number = str(wanted.get("ThingName", "")), str(wanted.get("SerialNumber", ""))
    allowed = bool(camera) and take(dynamodb, table=TABLE, camera=camera, serial_number=serial_number, now=now())
    metrics.add_metric(name="CamerasProvisioned" if allowed else "CamerasRefused", unit=MetricUnit.Count, value=1)
    logger.info("provisioning", camera=camera, allowed=allowed)
    return {"allowProvisioning": allowed}
