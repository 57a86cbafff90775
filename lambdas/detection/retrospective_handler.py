"""The retrospective function: every hour, search kept captures again if the gallery got new faces."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

import boto3

from lambdas.common.logs import json_log
from lambdas.common.metrics import Metrics
from lambdas.common.times import now
from lambdas.detection.retrospective import Retrospective

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logging.getLogger(__name__)
metrics = Metrics()
retrospective = Retrospective(
    s3=boto3.client("s3"),
    dynamodb=boto3.client("dynamodb"),
    bucket=os.environ["DETECTION_BUCKET"],
    encounters_table=os.environ["ENCOUNTERS_TABLE"],
    cases_table=os.environ["CASES_TABLE"],
    limit=int(os.environ["MAX_RETROSPECTIVE_SEARCHES"]),
    now=now,
)


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Return the number of captures searched again. If a run fails, the next one, an hour later, does its work."""
    count = retrospective.run()
    metrics.count("CapturesSearchedAgain", count)
    logger.info("retrospective search", extra={"captures": count})
    return {"captures": count}
