from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from lambdas.custom_resources.bucket_contents import NotDeletedError, handle_bucket_contents
from lambdas.custom_resources.response import respond
from tests.support.cloudformation import cloudformation
from tests.unit.lambdas.custom_resources.events import event

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "detection"
LOG_DELIVERY = {
    "Sid": "LogDelivery",
    "Effect": "Allow",
    "Principal": {"Service": "logging.s3.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": f"arn:aws:s3:::{BUCKET}/*",
}


def buckets(s3: S3Client) -> set[str]:
    return {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}


def in_small_pages(params: dict[str, Any], **_: Any) -> None:
    params["MaxKeys"] = 2


def object_count(s3: S3Client) -> int:
    return sum(page["KeyCount"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET))


def statements(s3: S3Client) -> list[dict[str, Any]]:
    return list(json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])["Statement"])


def delete(s3: S3Client, **members: Any) -> dict[str, Any]:
    """Handle a deletion, and return the response that CloudFormation gets."""
    with cloudformation() as (url, responses):
        respond(
            event("Delete", physical_id=BUCKET, ResponseURL=url, **members),
            lambda sent: handle_bucket_contents(s3, sent),
        )
    [(result, _)] = responses
    return result


def arrive(s3: S3Client, key: str) -> None:
    """Put an object where S3 does not apply the bucket's new policy yet."""
    s3.delete_bucket_policy(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"")


def refuse(s3: S3Client, monkeypatch: pytest.MonkeyPatch, operation: str) -> None:
    def fail(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, operation)

    monkeypatch.setattr(s3, operation, fail)


@pytest.mark.parametrize("versioned", [False, True])
def test_bucket_goes_with_every_version_of_every_object(s3: S3Client, versioned: bool) -> None:
    s3.meta.events.register("provide-client-params.s3.ListObjectVersions", in_small_pages)
    if versioned:
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    for number in range(5):
        s3.put_object(Bucket=BUCKET, Key=f"captures/{number}", Body=b"")
    s3.put_object(Bucket=BUCKET, Key="captures/0", Body=b"again")
    s3.delete_object(Bucket=BUCKET, Key="captures/1")
    assert handle_bucket_contents(s3, event("Create"))["PhysicalResourceId"] == BUCKET
    assert object_count(s3) == 4
    assert delete(s3)["Status"] == "SUCCESS"
    assert buckets(s3) == {"gallery"}


@pytest.mark.parametrize(("kind", "removal"), [("Delete", "retain"), ("Update", "destroy"), ("Update", "retain")])
def test_kept_bucket_keeps_its_contents(s3: S3Client, kind: str, removal: str) -> None:
    s3.put_object(Bucket=BUCKET, Key="encounters/1", Body=b"")
    handle_bucket_contents(s3, event(kind, removal=removal, physical_id=BUCKET))
    s3.put_object(Bucket=BUCKET, Key="encounters/2", Body=b"")
    assert object_count(s3) == 2
    with pytest.raises(ClientError, match="NoSuchBucketPolicy"):
        s3.get_bucket_policy(Bucket=BUCKET)


@pytest.mark.parametrize("physical_id", ["not-made", "everytown-dev-Detection-Contents-1ABCDEFGHIJK"])
def test_rollback_of_a_failed_creation_touches_no_bucket(s3: S3Client, physical_id: str) -> None:
    s3.put_object(Bucket=BUCKET, Key="encounters/1", Body=b"")
    assert handle_bucket_contents(s3, event("Delete", physical_id=physical_id)) == {"PhysicalResourceId": physical_id}
    assert object_count(s3) == 1


def test_second_delivery_of_a_deletion_succeeds(s3: S3Client) -> None:
    s3.put_object(Bucket=BUCKET, Key="encounters/1", Body=b"")
    first, second = delete(s3), delete(s3)
    assert first == second
    assert first["Status"] == "SUCCESS"
    assert buckets(s3) == {"gallery"}


def test_bucket_refuses_objects_before_it_is_emptied(s3: S3Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other statements of the bucket's policy stay."""
    s3.put_object(Bucket=BUCKET, Key="encounters/1", Body=b"")
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [LOG_DELIVERY]}))
    with monkeypatch.context() as refusing:
        refuse(s3, refusing, "list_object_versions")
        for _ in range(2):  # the second delivery adds no second denial
            result = delete(s3)
    assert (result["Status"], result["PhysicalResourceId"]) == ("FAILED", BUCKET)
    assert "AccessDenied" in result["Reason"]
    [kept, denial] = statements(s3)
    assert kept == LOG_DELIVERY
    assert (denial["Effect"], denial["Principal"], denial["Action"]) == ("Deny", "*", "s3:PutObject")
    with pytest.raises(ClientError, match="Forbidden"):
        s3.put_object(Bucket=BUCKET, Key="logs/late", Body=b"")
    assert delete(s3)["Status"] == "SUCCESS"
    assert buckets(s3) == {"gallery"}


def test_objects_that_arrive_after_the_listing_are_deleted_too(s3: S3Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """S3 applies the denial within seconds, so an access log may still arrive."""
    late, really_delete = iter(range(2)), s3.delete_bucket

    def delete_after_a_late_log(**bucket: str) -> None:
        if (number := next(late, None)) is not None:
            arrive(s3, f"logs/{number}")
        really_delete(Bucket=bucket["Bucket"])

    monkeypatch.setattr(s3, "delete_bucket", delete_after_a_late_log)
    assert delete(s3)["Status"] == "SUCCESS"
    assert buckets(s3) == {"gallery"}


def test_endless_arrivals_fail_the_deletion(s3: S3Client, monkeypatch: pytest.MonkeyPatch) -> None:
    really_delete = s3.delete_bucket

    def delete_after_a_late_log(**bucket: str) -> None:
        arrive(s3, "logs/1")
        really_delete(Bucket=bucket["Bucket"])

    monkeypatch.setattr(s3, "delete_bucket", delete_after_a_late_log)
    result = delete(s3)
    assert result["Status"] == "FAILED"
    assert "objects keep arriving in detection" in result["Reason"]


def test_undeletable_objects_raise() -> None:
    client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")
    with Stubber(client) as stubber:
        stubber.add_client_error("get_bucket_policy", "NoSuchBucketPolicy")
        stubber.add_response("put_bucket_policy", {})
        stubber.add_response(
            "list_object_versions", {"Versions": [{"Key": "a", "VersionId": "null"}]}, {"Bucket": BUCKET}
        )
        stubber.add_response("delete_objects", {"Errors": [{"Key": "a", "Code": "AccessDenied"}]})
        with pytest.raises(NotDeletedError, match="1 objects of detection, such as a: AccessDenied"):
            handle_bucket_contents(client, event("Delete", physical_id=BUCKET))
