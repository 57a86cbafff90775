"""The daily function: what nobody decided in time expires, and every picture is where its review says."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from lambdas.common.times import now
from lambdas.review.expiry import Expiry
from lambdas.review.function import verdicts_from_environment

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
metrics = Metrics()
verdicts = verdicts_from_environment(boto3.client("s3"), boto3.client("dynamodb"))
expiry = Expiry(
    dynamodb=verdicts.dynamodb,
    table=verdicts.table,
    audit=verdicts.audit,
    pictures=verdicts.pictures,
    review_for=timedelta(days=float(os.environ["REVIEW_DAYS"])),
)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """How many encounters expired, and of how many the pictures had to be settled; a day later it goes on."""
    counts = {"EncountersExpired": expiry.expire(now=now()), "EncountersSettled": verdicts.pictures.settle_all()}
    for name, count in counts.items():
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=count)
    logger.info("the daily round", extra=counts)
    return counts
