"""The retrospective function: every hour, searches held captures again if the gallery got new faces."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from lambdas.common.times import now
from lambdas.detection.retrospective import Retrospective

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
metrics = Metrics()
retrospective = Retrospective(
    s3=boto3.client("s3"),
    dynamodb=boto3.client("dynamodb"),
    bucket=os.environ["DETECTION_BUCKET"],
    encounters_table=os.environ["ENCOUNTERS_TABLE"],
    cases_table=os.environ["CASES_TABLE"],
    limit=int(os.environ["SEARCHES_AGAIN"]),
    now=now,
)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """How many captures are searched again; a run that fails is made good by the next, an hour later."""
    count = retrospective.run()
    metrics.add_metric(name="CapturesSearchedAgain", unit=MetricUnit.Count, value=count)
    logger.info("retrospective search", captures=count)
    return {"captures": count}
