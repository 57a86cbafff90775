from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber

from lambdas.custom_resources.bucket_contents import NotDeletedError, empty, handle_bucket_contents
from tests.unit.lambdas.custom_resources.events import event

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def object_count(s3: S3Client) -> int:
    return sum(page["KeyCount"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket="detection"))


@pytest.mark.nightly
def test_bucket_of_more_than_one_page_is_emptied(s3: S3Client) -> None:
    for number in range(1001):
        s3.put_object(Bucket="detection", Key=f"captures/{number}", Body=b"")
    bucket = handle_bucket_contents(s3, event("Create"))["PhysicalResourceId"]
    assert object_count(s3) == 1001
    assert handle_bucket_contents(s3, event("Delete", physical_id=bucket)) == {"PhysicalResourceId": "detection"}
    assert object_count(s3) == 0


@pytest.mark.parametrize(("kind", "removal"), [("Delete", "retain"), ("Update", "destroy"), ("Update", "retain")])
def test_kept_bucket_keeps_its_contents(s3: S3Client, kind: str, removal: str) -> None:
    s3.put_object(Bucket="detection", Key="encounters/1", Body=b"")
    handle_bucket_contents(s3, event(kind, removal=removal, physical_id="detection"))
    assert object_count(s3) == 1


@pytest.mark.parametrize("physical_id", ["not-made", "everytown-dev-Detection-Contents-1ABCDEFGHIJK"])
def test_rollback_of_a_failed_creation_touches_no_bucket(s3: S3Client, physical_id: str) -> None:
    s3.put_object(Bucket="detection", Key="encounters/1", Body=b"")
    assert handle_bucket_contents(s3, event("Delete", physical_id=physical_id)) == {"PhysicalResourceId": physical_id}
    assert object_count(s3) == 1


def test_second_delivery_of_a_deletion_succeeds(s3: S3Client) -> None:
    s3.put_object(Bucket="detection", Key="encounters/1", Body=b"")
    for _ in range(2):
        handle_bucket_contents(s3, event("Delete", physical_id="detection"))
        assert object_count(s3) == 0


def test_deletion_empties_all_versions(s3: S3Client) -> None:
    s3.put_bucket_versioning(Bucket="detection", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2"):
        s3.put_object(Bucket="detection", Key="confirmed/1", Body=body)
    s3.delete_object(Bucket="detection", Key="confirmed/1")
    handle_bucket_contents(s3, event("Delete", physical_id="detection"))
    s3.delete_bucket(Bucket="detection")  # refused if a version or a delete marker is left


def test_emptying_a_missing_bucket_succeeds(s3: S3Client) -> None:
    empty(s3, "no-such-bucket")


def test_undeletable_objects_raise() -> None:
    client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")
    with Stubber(client) as stubber:
        found = {"Versions": [{"Key": "a", "VersionId": "1"}]}
        stubber.add_response("list_object_versions", found, {"Bucket": "detection"})
        stubber.add_response("delete_objects", {"Errors": [{"Key": "a", "Code": "AccessDenied"}]})
        with pytest.raises(NotDeletedError, match="1 objects of detection, such as a: AccessDenied"):
            empty(client, "detection")
