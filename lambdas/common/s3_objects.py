"""Write an object once, list and delete the objects under a prefix, and recognize a missing object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectTypeDef


def objects_under(s3: S3Client, *, bucket: str, prefix: str) -> Iterator[ObjectTypeDef]:
    """List the objects under a prefix, ordered by key."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        yield from page.get("Contents", [])


def versions_under(s3: S3Client, *, bucket: str, prefix: str) -> Iterator[tuple[str, str]]:
    """List key and version id of all versions and delete markers under a prefix.

    A bucket that never had versions lists each object with the version "null".
    """
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        for found in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
            yield found["Key"], found["VersionId"]


def delete_under(s3: S3Client, *, bucket: str, prefix: str) -> None:
    """Delete all versions of the objects under a prefix, one request each."""
    for key, version in versions_under(s3, bucket=bucket, prefix=prefix):
        s3.delete_object(Bucket=bucket, Key=key, VersionId=version)


def delete_versions(s3: S3Client, *, bucket: str, key: str) -> None:
    """Delete all versions of one object, so that nothing of it is left."""
    for found, version in versions_under(s3, bucket=bucket, prefix=key):
        if found == key:
            s3.delete_object(Bucket=bucket, Key=key, VersionId=version)


def put_once(s3: S3Client, **request: Any) -> bool:
    """Put an object that must not exist yet; False if it does, which leaves it as it is.

    `CopyObject` takes the same condition, but where a bucket policy asks for it AWS documents two different answers.
    """
    try:
        s3.put_object(**request, IfNoneMatch="*")
    except ClientError as error:
        if error.response["Error"]["Code"] == "PreconditionFailed":
            return False
        raise
    return True


def is_not_found(error: ClientError) -> bool:
    """Whether S3 has no object of this key. HeadObject, which has no body, answers 404 instead of NoSuchKey."""
    return error.response["Error"]["Code"] in {"NoSuchKey", "404"}
