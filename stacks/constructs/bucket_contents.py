"""The contents of buckets, deleted before the buckets are: CloudFormation deletes no bucket that has objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from constructs import Construct

from stacks.constructs.function import Function, may

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_s3 as s3

    from agencies.settings import Settings


class BucketContents(Construct):
    """Everything in these buckets. Whatever writes to them must depend on this, to be gone before it is.

    It is there where data is retained as well, so that an environment that becomes one of these loses nothing.
    """

    def __init__(self, scope: Construct, name: str, *, settings: Settings, buckets: Mapping[str, s3.Bucket]) -> None:
        super().__init__(scope, name)
        deleting = [
            may("s3:ListBucket", on=[bucket.bucket_arn for bucket in buckets.values()]),
            may("s3:DeleteObject", on=[bucket.arn_for_objects("*") for bucket in buckets.values()]),
        ]
        timeout = cdk.Duration.minutes(10)
        function = Function(
            self,
            "Emptier",
            settings=settings,
            handler="custom_resources.bucket_contents",
            description="Empties the buckets that cdk destroy deletes",
            statements=deleting if settings.removal_policy == "destroy" else [],
            environment={},
            timeout=timeout,
            memory_mb=256,
        )
        for bucket_name, bucket in buckets.items():
            cdk.CustomResource(
                self,
                bucket_name,
                service_token=function.function_arn,
                service_timeout=timeout,
                resource_type="Custom::BucketContents",
                properties={"BucketName": bucket.bucket_name, "Removal": settings.removal_policy},
            )
