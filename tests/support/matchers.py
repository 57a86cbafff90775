"""The matcher of the unit tests, on moto's tables and buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.detection.match import Matcher
from lambdas.detection.placement import Encounters

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_s3 import S3Client

    from lambdas.alerting.notify import Notifier
    from lambdas.encounters.policy import Policy


def matcher_of(
    s3: S3Client, rekognition: RekognitionClient, dynamodb: DynamoDBClient, notifier: Notifier, policy: Policy,
    record_score: Callable[[str, float | None], None] = lambda _camera, _best: None,
) -> Matcher:  # fmt: skip
    """Build a matcher that uses this notifier and its clock."""
    return Matcher(
        s3=s3,
        rekognition=rekognition,
        dynamodb=dynamodb,
        bucket="detection",
        collection=lambda: "faces",
        cases_table="cases",
        cameras_table="cameras",
        encounters=Encounters(dynamodb=dynamodb, table="encounters", policy=policy),
        notifier=lambda: notifier,
        record_hop=lambda _hop, _milliseconds: None,
        record_score=record_score,
        now=notifier.now,
    )
