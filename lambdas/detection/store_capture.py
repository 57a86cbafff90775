"""Store a received capture in the detection bucket, once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambdas.common.keys import capture_key
from lambdas.common.s3_objects import put_once

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_s3 import S3Client

    from lambdas.detection.message import ReceivedCapture


def store_capture(s3: S3Client, *, bucket: str, received: ReceivedCapture, now: datetime) -> str:
    """Store the picture and return its key. A redelivered message writes nothing."""
    capture = replace(received.capture, stored_at=now)
    key = capture_key(capture.camera, capture.captured_at, capture.capture_id)
    put_once(s3, Bucket=bucket, Key=key, Body=received.jpeg, ContentType="image/jpeg", Metadata=capture.to_metadata())
    return key
