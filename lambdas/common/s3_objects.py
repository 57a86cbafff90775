"""The objects of a bucket under a prefix."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectTypeDef


def objects_under(s3: S3Client, *, bucket: str, prefix: str) -> Iterator[ObjectTypeDef]:
    """Each as S3 lists it, by key."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        yield from page.get("Contents", [])


def delete_under(s3: S3Client, *, bucket: str, prefix: str) -> None:
    """Delete them all, one by one."""
    for found in objects_under(s3, bucket=bucket, prefix=prefix):
        s3.delete_object(Bucket=bucket, Key=found["Key"])
