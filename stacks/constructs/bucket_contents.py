"""A custom resource that deletes buckets with their contents: CloudFormation deletes no bucket with objects."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import aws_cdk as cdk
from constructs import Construct

from stacks.constructs.function import Function
from stacks.constructs.grant import may

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_s3 as s3

    from agencies.fields import Removal


class BucketContents(Construct):
    """Some buckets, deleted with their contents in this order with the stack where `removal` is "destroy".

    Whatever writes to the buckets must depend on this construct: CloudFormation then deletes the writers first. It also
    deletes a bucket's policy first: afterwards it would delete the function's denial of new objects with it. A bucket
    that receives the access logs of another one comes after that one.
    Environments that retain data have the resource too. If only the others had it, a change from "destroy" to "retain"
    would delete the resource, and the buckets with it.
    """

    def __init__(
        self, scope: Construct, name: str, *, buckets: Mapping[str, s3.Bucket], removal: Removal, log_days: int
    ) -> None:
        super().__init__(scope, name)
        deleting = [
            may(
                "s3:GetBucketPolicy",
                "s3:PutBucketPolicy",
                "s3:ListBucketVersions",
                "s3:DeleteBucket",
                on=[bucket.bucket_arn for bucket in buckets.values()],
            ),
            may("s3:DeleteObjectVersion", on=[bucket.arn_for_objects("*") for bucket in buckets.values()]),
        ]
        timeout = cdk.Duration.minutes(10)
        function = Function(
            self,
            "Emptier",
            handler="custom_resources.bucket_contents",
            description="Delete the buckets that cdk destroy deletes, with their contents",
            log_days=log_days,
            statements=deleting if removal == "destroy" else [],
            timeout=timeout,
            memory_mb=256,
        )
        resources = {
            bucket_name: cdk.CustomResource(
                self,
                bucket_name,
                service_token=function.function_arn,
                service_timeout=timeout,
                resource_type="Custom::BucketContents",
                properties={"BucketName": bucket.bucket_name, "Removal": removal},
            )
            for bucket_name, bucket in buckets.items()
        }
        for bucket_name, bucket in buckets.items():
            if bucket.policy:
                bucket.policy.node.add_dependency(resources[bucket_name])
        for earlier, later in pairwise(resources.values()):
            earlier.node.add_dependency(later)
