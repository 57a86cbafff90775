"""The detection bucket: captures until they are searched, and the pictures of encounters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from lambdas.common.keys import CAPTURES, CONFIRMED, EVIDENCE, QUARANTINE, STORED
from stacks.constructs.nag import acknowledge
from stacks.constructs.storage import private_bucket

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_kms as kms
    from constructs import Construct

    from agencies.fields import Removal


def captures_bucket(
    scope: Construct,
    *,
    key: kms.IKey,
    removal: Removal,
    bystanders_for: cdk.Duration,
    encounters_for: cdk.Duration,
) -> s3.Bucket:
    """Make the bucket. It keeps bystanders and encounters without a verdict for these times at most."""
    bucket = private_bucket(
        scope,
        "Captures",
        key=key,
        removal=removal,
        # The functions delete each version. Versions are for what somebody else overwrites or deletes.
        versioned=True,
        lifecycle_rules=[
            s3.LifecycleRule(abort_incomplete_multipart_upload_after=bystanders_for),
            s3.LifecycleRule(expired_object_delete_marker=True),
            *(
                # An expired object leaves a version, which goes as soon as S3 allows.
                s3.LifecycleRule(prefix=prefix, expiration=after, noncurrent_version_expiration=cdk.Duration.days(1))
                for prefix, after in {
                    CAPTURES: bystanders_for,
                    QUARANTINE: bystanders_for,
                    EVIDENCE: encounters_for,
                }.items()
            ),
            # What somebody overwrites or deletes here can be restored for this time.
            s3.LifecycleRule(prefix=CONFIRMED, noncurrent_version_expiration=encounters_for),
        ],
    )
    acknowledge(bucket, "detection bucket")
    return bucket


def reserve_own_captures(bucket: s3.Bucket, roles: Sequence[iam.IRole]) -> None:
    """Deny everybody but these roles the keys whose metadata the matcher believes."""
    _deny_put(
        bucket,
        f"{CAPTURES}*/{STORED}*",
        condition={"ArnNotEquals": {"aws:PrincipalArn": [role.role_arn for role in roles]}},
    )


def write_evidence_once(bucket: s3.Bucket) -> None:
    """Deny everybody to overwrite a picture of an encounter: each write must have the condition `If-None-Match`."""
    for prefix in (EVIDENCE, CONFIRMED):
        _deny_put(bucket, f"{prefix}*", condition={"Null": {"s3:if-none-match": "true"}})


def _deny_put(bucket: s3.Bucket, pattern: str, *, condition: dict[str, object]) -> None:
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=["s3:PutObject"],
            resources=[bucket.arn_for_objects(pattern)],
            conditions=condition,
        )
    )
