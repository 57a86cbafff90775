"""What pages use: the tables, the buckets, the verdicts and the clock."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.encounters.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, tzinfo

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_s3 import S3Client

    from lambdas.review.audit import Audit
    from lambdas.review.verdicts import Verdicts


logger = logging.getLogger(__name__)


@cache
def rekognition_client() -> RekognitionClient:
    """Make the client once a container. A person waits, so it gives up soon."""
    return boto3.client(
        "rekognition", config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2})
    )


def close_case(case_id: str, status: str) -> bool:
    """Have the sync's function close a case. The console itself may not change the gallery."""
    return _ask("SYNC_FUNCTION", {"step": "close", "case_id": case_id, "status": status}) is not None


def choose_face(case_id: str, photo_id: str, etag: str, face: int, by: str) -> bool:
    """Have the index-photo function enroll the face that a person chose."""
    choice = {"case_id": case_id, "photo_id": photo_id, "etag": etag, "face": face, "by": by}
    answer = _ask("INDEX_FUNCTION", {"choice": choice})
    return bool(answer and answer.get("is_chosen"))


def _ask(function: str, event: dict[str, Any]) -> dict[str, Any] | None:
    """Invoke another function and return its answer; None if it failed, or took longer than a person waits."""
    config = Config(read_timeout=15, retries={"total_max_attempts": 1})
    try:
        answer = boto3.client("lambda", config=config).invoke(
            FunctionName=os.environ[function], Payload=json.dumps(event)
        )
    except (ClientError, BotoCoreError):
        logger.warning("the function did not answer", extra={"function": function}, exc_info=True)
        return None
    found: dict[str, Any] = json.loads(answer["Payload"].read())
    return None if "FunctionError" in answer else found


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
        choose_face: Enrolls a face of a photo (case, photo, etag, face, who chose), and returns whether it could.
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
    choose_face: Callable[[str, str, str, int, str], bool] = choose_face
    rekognition: Callable[[], RekognitionClient] = rekognition_client

    @property
    def audit(self) -> Audit:
        """The audit table."""
        return self.verdicts.audit

    @property
    def encounters_table(self) -> str:
        """The name of the encounters table."""
        return self.verdicts.table
