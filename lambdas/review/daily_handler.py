"""The daily function: expire encounters that nobody decided in time, and settle misplaced pictures.

Every five minutes, it only settles the pictures of dismissals that can no longer be undone.
"""

from __future__ import annotations

import logging
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3

from lambdas.common.logs import json_log
from lambdas.common.metrics import Metrics
from lambdas.common.times import now
from lambdas.review.expiry import Expiry
from lambdas.review.strength_index import complete_strength_index
from lambdas.review.undo import settle_due
from lambdas.review.wiring import verdicts_from_environment

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logging.getLogger(__name__)
metrics = Metrics()
verdicts = verdicts_from_environment(boto3.client("s3"), boto3.client("dynamodb"))
expiry = Expiry(
    dynamodb=verdicts.dynamodb,
    table=verdicts.table,
    audit=verdicts.audit,
    pictures=verdicts.pictures,
    review_for=timedelta(days=float(os.environ["REVIEW_DEADLINE_DAYS"])),
)


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Return how many encounters expired and how many were settled. The next day's run continues after a timeout.

    Every few minutes, the event is `{"only": "due"}`: settle only where the time to undo a dismissal is over.
    """
    if event.get("only") == "due":
        return {"EncountersSettled": settle_due(verdicts.pictures)}
    counts = {}
    try:
        counts["EncountersExpired"] = expiry.expire(now=now())
    finally:
        try:
            counts["EncountersSettled"] = verdicts.pictures.settle_all()
        finally:
            for name, count in counts.items():
                metrics.count(name, count)
            complete_strength_index(verdicts.dynamodb, table=verdicts.table)
    logger.info("daily review done", extra=counts)
    return counts
