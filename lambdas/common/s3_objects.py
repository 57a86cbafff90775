"""List and delete the objects under a prefix, and recognize a missing object."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.exceptions import ClientError
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectTypeDef


def objects_under(s3: S3Client, *, bucket: str, prefix: str) -> Iterator[ObjectTypeDef]:
    """List the objects under a prefix, ordered by key."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        yield from page.get("Contents", [])


def delete_under(s3: S3Client, *, bucket: str, prefix: str) -> None:
    """Delete the objects under a prefix, one request each."""
    for found in objects_under(s3, bucket=bucket, prefix=prefix):
        s3.delete_object(Bucket=bucket, Key=found["Key"])


def is_not_found(error: ClientError) -> bool:
    """Whether S3 has no object of this key. HeadObject, which has no body, answers 404 instead of NoSuchKey."""
    return error.response["Error"]["Code"] in {"NoSuchKey", "404"}
