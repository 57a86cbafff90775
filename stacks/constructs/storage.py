"""KMS keys, private buckets and tables with the defaults of all stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from stacks.constructs.nag import acknowledge
from stacks.constructs.work_queue import accept_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from agencies.fields import Removal
    from stacks.constructs.work_queue import WorkQueue

POLICIES = {"destroy": cdk.RemovalPolicy.DESTROY, "retain": cdk.RemovalPolicy.RETAIN}


def encryption_key(scope: Construct, *, stage: str, removal: Removal) -> kms.Key:
    """Make the KMS key of a stack.

    Each stack has its own: a shared key whose policy names resources of several stacks makes these stacks depend on
    each other in a circle.
    """
    return kms.Key(
        scope,
        "Key",
        description=f"Homeward {stage}",
        enable_key_rotation=True,
        removal_policy=POLICIES[removal],
        pending_window=cdk.Duration.days(7) if removal == "destroy" else None,
    )


def private_bucket(scope: Construct, name: str, *, key: kms.IKey | None, removal: Removal, **props: Any) -> s3.Bucket:
    """Make a bucket that blocks public access and requires TLS. Without a key, S3 encrypts with its own.

    A bucket that is retained keeps its policy.
    """
    bucket = s3.Bucket(
        scope,
        name,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
        encryption_key=key,
        bucket_key_enabled=key is not None,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        removal_policy=POLICIES[removal],
        **props,
    )
    acknowledge(bucket, "bucket")
    if bucket.policy:
        bucket.policy.apply_removal_policy(POLICIES[removal])
    return bucket


def notify_of(bucket: s3.Bucket, queue: WorkQueue, *, key: kms.IKey, prefix: str, events: Sequence[str]) -> None:
    """Send the bucket's events under a prefix to the queue.

    This sets a property of the bucket. CDK's own notifications would add a custom resource and its function.
    """
    accept_from("s3.amazonaws.com", queue, key=key)
    rule = s3.CfnBucket.FilterRuleProperty(name="prefix", value=prefix)
    under_prefix = s3.CfnBucket.NotificationFilterProperty(s3_key=s3.CfnBucket.S3KeyFilterProperty(rules=[rule]))
    resource = bucket.node.default_child
    assert isinstance(resource, s3.CfnBucket)  # noqa: S101 - narrows the type for mypy
    resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        queue_configurations=[
            s3.CfnBucket.QueueConfigurationProperty(event=event, queue=queue.queue_arn, filter=under_prefix)
            for event in events
        ]
    )
    # S3 checks that it may send to the queue, so the queue's policy must exist first.
    resource.node.add_dependency(queue.node.find_child("Policy"))


def table(
    scope: Construct,
    name: str,
    *,
    key: kms.IKey,
    removal: Removal,
    partition: str,
    sort: str | None = None,
    **props: Any,
) -> dynamodb.Table:
    """Make an on-demand table with point-in-time recovery, and deletion protection where data is retained.

    CDK's TableV2 does not fit: with a customer-managed key it needs the region at synthesis.
    """
    made = dynamodb.Table(
        scope,
        name,
        partition_key=string_attribute(partition),
        sort_key=string_attribute(sort) if sort else None,
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
        encryption_key=key,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        deletion_protection=removal == "retain",
        removal_policy=POLICIES[removal],
        **props,
    )
    acknowledge(made, "table")
    return made


def string_attribute(name: str) -> dynamodb.Attribute:
    """Return a key attribute of type string."""
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
