"""Store a received capture in the detection bucket, once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambdas.common.keys import capture_key, stored_capture_key
from lambdas.common.s3_objects import put_once

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_s3 import S3Client

    from lambdas.detection.message import ReceivedCapture


def store_capture(s3: S3Client, *, bucket: str, received: ReceivedCapture, now: datetime) -> str:
    """Store the picture of a registered camera and return its key. A redelivered message writes nothing."""
    capture = received.capture
    key = stored_capture_key(capture.camera, capture.captured_at, capture.capture_id, sha256=received.sha256)
    return _put(s3, received, bucket=bucket, key=key, now=now)


def drop_capture(s3: S3Client, *, bucket: str, received: ReceivedCapture, now: datetime) -> str:
    """Store a picture as any other sender does and return its key. The same id waits for its search only once."""
    capture = received.capture
    key = capture_key(capture.camera, capture.captured_at, capture.capture_id)
    return _put(s3, received, bucket=bucket, key=key, now=now)


def _put(s3: S3Client, received: ReceivedCapture, *, bucket: str, key: str, now: datetime) -> str:
    metadata = replace(received.capture, stored_at=now).to_metadata()
    put_once(s3, Bucket=bucket, Key=key, Body=received.jpeg, ContentType="image/jpeg", Metadata=metadata)
    return key
