"""What pages use: the tables, the buckets, the verdicts and the clock."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from lambdas.encounters.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, tzinfo

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_s3 import S3Client

    from lambdas.review.audit import Audit
    from lambdas.review.verdicts import Verdicts


@cache
def rekognition_client() -> RekognitionClient:
    """Make the client once a container. A person waits, so it gives up soon."""
    return boto3.client(
        "rekognition", config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2})
    )


def close_case(case_id: str, status: str) -> bool:
    """Have the sync's function close a case. The console itself may not change the gallery."""
    event = {"step": "close", "case_id": case_id, "status": status}
    answer = boto3.client("lambda", config=Config(retries={"total_max_attempts": 1})).invoke(
        FunctionName=os.environ["SYNC_FUNCTION"], Payload=json.dumps(event)
    )
    return "FunctionError" not in answer


@dataclass(frozen=True, kw_only=True)
class Services:
    """The data behind the pages, and the settings of the agency that they show.

    Attributes:
        stage: Agency and environment, such as springfield-prod.
        agency: The agency's name for people.
        zone: The time zone of the times that people read.
        language: The agency's language; a person's browser may prefer another.
        origin: The console's address, without a path.
        policy: The thresholds.
        face_collection: The deployed face collection, which a rebuilt one may have replaced.
        close_case: Closes a case with a status, and returns whether that succeeded.
        rekognition: Returns the client, which most requests do without.
    """

    dynamodb: DynamoDBClient
    s3: S3Client
    verdicts: Verdicts
    cases_table: str
    cameras_table: str
    detection_bucket: str
    gallery_bucket: str
    stage: str
    agency: str
    zone: tzinfo
    language: str
    now: Callable[[], datetime]
    origin: str = ""
    policy: Policy = field(default_factory=Policy)
    face_collection: str = ""
    close_case: Callable[[str, str], bool] = close_case
    rekognition: Callable[[], RekognitionClient] = rekognition_client

    @property
    def audit(self) -> Audit:
        """The audit table."""
        return self.verdicts.audit

    @property
    def encounters_table(self) -> str:
        """The name of the encounters table."""
        return self.verdicts.table
