"""The pre-provisioning hook. AWS IoT invokes it before a device with the claim certificate becomes a camera."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Annotated, Any

import boto3
import msgspec

from lambdas.common.camera_names import CAMERA_NAME
from lambdas.common.logs import json_log
from lambdas.common.metrics import Metrics
from lambdas.common.things import thing_name
from lambdas.common.times import now
from lambdas.fleet.claims import LOCKED, claim

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logging.getLogger(__name__)
metrics = Metrics()
dynamodb = boto3.client("dynamodb")
TABLE, STAGE = os.environ["CAMERAS_TABLE"], os.environ["STAGE"]


class _Parameters(msgspec.Struct, rename="pascal"):
    """What the device claims to be. Anybody with the claim certificate can send any values."""

    camera: Annotated[str, msgspec.Meta(pattern=rf"^{CAMERA_NAME}\Z")]
    serial_number: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]


class _Request(msgspec.Struct, rename="camel"):
    certificate_id: str
    parameters: _Parameters
    claim_certificate_id: str | None = None


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, bool]:
    """Refuse every device without a reservation."""
    refusal = _claim(event)
    metrics.count("CamerasRefused" if refusal else "CamerasProvisioned")
    about = {"camera": event.get("parameters", {}).get("Camera"), "claim": event.get("claimCertificateId")}
    if refusal == LOCKED:
        metrics.count("ClaimCertificatesLocked")
    if refusal:
        logger.warning("device refused", extra={"reason": refusal, **about})
    else:
        logger.info("device became a camera", extra=about)
    return {"allowProvisioning": refusal is None}


def _claim(event: dict[str, Any]) -> str | None:
    """Claim the camera that the event names; return the reason of a refusal, otherwise None."""
    try:
        request = msgspec.convert(event, type=_Request)
    except msgspec.ValidationError as error:
        return str(error)
    return claim(
        dynamodb,
        table=TABLE,
        camera=request.parameters.camera,
        thing=thing_name(STAGE, request.parameters.camera),
        serial_number=request.parameters.serial_number,
        certificate=request.certificate_id,
        claim_certificate=request.claim_certificate_id or "",
        now=now(),
    )
