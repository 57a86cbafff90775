"""The custom resource that empties a bucket before CloudFormation deletes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef


class NotDeletedError(RuntimeError):
    """S3 refused to delete objects. The message names one of them and the error code."""


def handle_bucket_contents(s3: S3Client, event: dict[str, Any]) -> dict[str, Any]:
    """Handle an event of CloudFormation: empty the bucket on Delete, unless its data is retained.

    If a creation failed, the physical id of its deletion is not the bucket's name, and there is nothing to empty.
    """
    bucket = event["ResourceProperties"]["BucketName"]
    if event["RequestType"] != "Delete":
        return {"PhysicalResourceId": bucket}
    if event["PhysicalResourceId"] == bucket and event["ResourceProperties"]["Removal"] == "destroy":
        empty(s3, bucket)
    return {"PhysicalResourceId": event["PhysicalResourceId"]}


def empty(s3: S3Client, bucket: str) -> None:
    """Delete every version of every object, including those added meanwhile.

    A bucket that does not exist counts as empty.

    Raises:
        NotDeletedError: S3 refused to delete an object.
    """
    while versions := _next_versions(s3, bucket):
        refused = s3.delete_objects(Bucket=bucket, Delete={"Objects": versions, "Quiet": True}).get("Errors", [])
        if refused:
            first = refused[0]
            raise NotDeletedError(
                f"{len(refused)} objects of {bucket}, such as {first.get('Key')}: {first.get('Code')}"
            )


def _next_versions(s3: S3Client, bucket: str) -> list[ObjectIdentifierTypeDef]:
    try:
        page = s3.list_object_versions(Bucket=bucket)
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            return []
        raise
    found = (*page.get("Versions", []), *page.get("DeleteMarkers", []))
    return [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
