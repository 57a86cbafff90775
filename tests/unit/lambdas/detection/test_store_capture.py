"""Received captures, stored in the detection bucket."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lambdas.detection.capture import Capture, capture_of_object
from lambdas.detection.message import ReceivedCapture
from lambdas.detection.store_capture import store_capture

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from tests.support.clock import Clock

AT = datetime(2026, 11, 23, 2, 59, 59, 123000, tzinfo=UTC)
RECEIVED = ReceivedCapture(
    capture=Capture(
        capture_id="6f1d2c3b-8a4e-4b5f-9c6d-7e8f9a0b1c2d",
        camera="cam-01",
        captured_at=AT,
        received_at=AT,
        confidence=0.93,
        track="t-1",
        shot=2,
        dwell_s=2.4,
    ),
    jpeg=b"picture",
)
DIGEST = hashlib.sha256(b"picture").hexdigest()
KEY = f"captures/cam-01/.stored/2026-11-23/{DIGEST[:16]}/6f1d2c3b-8a4e-4b5f-9c6d-7e8f9a0b1c2d.jpg"


def test_object_metadata_holds_the_whole_capture(s3: S3Client, clock: Clock) -> None:
    key = store_capture(s3, bucket="detection", received=RECEIVED, now=clock())
    assert key == KEY
    stored = s3.get_object(Bucket="detection", Key=key)
    assert stored["Body"].read() == b"picture"
    assert stored["ContentType"] == "image/jpeg"
    read = capture_of_object(
        key, etag=stored["ETag"], last_modified=stored["LastModified"], metadata=stored["Metadata"]
    )
    assert read.to_metadata() == {**RECEIVED.capture.to_metadata(), "stored-at": "2026-11-23T03:00:00.000Z"}


def test_redelivered_message_writes_nothing(s3: S3Client, clock: Clock) -> None:
    store_capture(s3, bucket="detection", received=RECEIVED, now=clock())
    clock.advance(minutes=5)
    store_capture(s3, bucket="detection", received=RECEIVED, now=clock())
    assert s3.head_object(Bucket="detection", Key=KEY)["Metadata"]["stored-at"] == "2026-11-23T03:00:00.000Z"


def test_reused_id_of_another_picture_replaces_nothing(s3: S3Client, clock: Clock) -> None:
    store_capture(s3, bucket="detection", received=RECEIVED, now=clock())
    other = store_capture(s3, bucket="detection", received=replace(RECEIVED, jpeg=b"another"), now=clock())
    assert other != KEY
    assert s3.get_object(Bucket="detection", Key=KEY)["Body"].read() == b"picture"
    assert s3.get_object(Bucket="detection", Key=other)["Body"].read() == b"another"


def test_any_image_under_captures_is_a_capture(s3: S3Client) -> None:
    s3.put_object(Bucket="detection", Key="captures/tip-line/from a phone.png", Body=b"x")
    head = s3.head_object(Bucket="detection", Key="captures/tip-line/from a phone.png")
    capture = capture_of_object(
        "captures/tip-line/from a phone.png",
        etag=head["ETag"],
        last_modified=head["LastModified"],
        metadata=head["Metadata"],
    )
    assert capture.camera == "tip-line"
    assert capture.captured_at == head["LastModified"]
    assert len(capture.capture_id) == 36
