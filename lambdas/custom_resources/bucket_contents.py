"""The custom resource that empties a bucket and deletes it, since CloudFormation deletes no bucket with objects.

S3 delivers access logs hours late. So the bucket first refuses new objects, and goes as soon as it is empty: after that
nothing can fill it again, not even if the rest of the stack's deletion fails and this resource is gone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

_DENIAL = "RefuseObjectsDuringDeletion"
# S3 applies a new bucket policy within seconds. Until then, objects may still arrive.
_MAX_ROUNDS = 10


class NotDeletedError(RuntimeError):
    """S3 refused to delete objects, or they keep arriving. The message names the bucket and the reason."""


def handle_bucket_contents(s3: S3Client, event: dict[str, Any]) -> dict[str, Any]:
    """Handle an event of CloudFormation: on Delete, delete the bucket with its contents, unless its data is retained.

    If a creation failed, the physical id of its deletion is not the bucket's name, and there is nothing to delete.
    """
    bucket = event["ResourceProperties"]["BucketName"]
    if event["RequestType"] != "Delete":
        return {"PhysicalResourceId": bucket}
    if event["PhysicalResourceId"] == bucket and event["ResourceProperties"]["Removal"] == "destroy":
        delete_bucket(s3, bucket)
    return {"PhysicalResourceId": event["PhysicalResourceId"]}


def delete_bucket(s3: S3Client, bucket: str) -> None:
    """Refuse new objects, then delete every object and the bucket. Idempotent, also if the bucket does not exist.

    Raises:
        NotDeletedError: S3 refused to delete an object, or objects kept arriving.
        ClientError: S3 refused another request.
    """
    try:
        _refuse_new_objects(s3, bucket)
        for _ in range(_MAX_ROUNDS):
            _delete_objects(s3, bucket)
            if _delete_if_empty(s3, bucket):
                return
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise
        return
    raise NotDeletedError(f"objects keep arriving in {bucket}: stop what writes to it, then delete the stack again")


def _refuse_new_objects(s3: S3Client, bucket: str) -> None:
    """Deny s3:PutObject to everybody, in addition to what the bucket's policy says already."""
    policy = _policy(s3, bucket)
    denial = {
        "Sid": _DENIAL,
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:{s3.meta.partition}:s3:::{bucket}/*",
    }
    others = [statement for statement in policy["Statement"] if statement.get("Sid") != _DENIAL]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({**policy, "Statement": [*others, denial]}))


def _policy(s3: S3Client, bucket: str) -> dict[str, Any]:
    try:
        policy: dict[str, Any] = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise
        return {"Version": "2012-10-17", "Statement": []}
    return policy


def _delete_objects(s3: S3Client, bucket: str) -> None:
    """Delete every version of every object. In a bucket without versions, the version of each object is "null"."""
    while versions := _next_versions(s3, bucket):
        refused = s3.delete_objects(Bucket=bucket, Delete={"Objects": versions, "Quiet": True}).get("Errors", [])
        if refused:
            first = refused[0]
            raise NotDeletedError(
                f"{len(refused)} objects of {bucket}, such as {first.get('Key')}: {first.get('Code')}"
            )


def _next_versions(s3: S3Client, bucket: str) -> list[ObjectIdentifierTypeDef]:
    page = s3.list_object_versions(Bucket=bucket)
    return [
        {"Key": entry["Key"], "VersionId": entry["VersionId"]}
        for entry in (*page.get("Versions", []), *page.get("DeleteMarkers", []))
    ]


def _delete_if_empty(s3: S3Client, bucket: str) -> bool:
    try:
        s3.delete_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketNotEmpty":
            raise
        return False
    return True
