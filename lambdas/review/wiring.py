"""Build the verdicts of a review function from its environment."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

from lambdas.common.times import now
from lambdas.review.audit import Audit
from lambdas.review.pictures import Pictures
from lambdas.review.verdicts import Verdicts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


def verdicts_from_environment(s3: S3Client, dynamodb: DynamoDBClient, *, settles: bool = True) -> Verdicts:
    """Build the verdicts.

    Raises:
        KeyError: an environment variable is missing.
    """
    table, bucket = os.environ["ENCOUNTERS_TABLE"], os.environ["DETECTION_BUCKET"]
    return Verdicts(
        dynamodb=dynamodb,
        table=table,
        audit=Audit(dynamodb=dynamodb, table=os.environ["AUDIT_TABLE"]),
        pictures=Pictures(s3=s3, dynamodb=dynamodb, bucket=bucket, table=table, now=now),
        kept_for=timedelta(days=float(os.environ["ENCOUNTER_DAYS"])),
        four_eyes=os.environ["FOUR_EYES"] == "true",
        settles=settles,
    )
