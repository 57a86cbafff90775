"""A private bucket, a table and a key, as all stacks have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from stacks.constructs.work_queue import accept_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from agencies.settings import Settings
    from stacks.constructs.work_queue import WorkQueue


def removal_policy(settings: Settings) -> cdk.RemovalPolicy:
    """What `cdk destroy` does with data."""
    return cdk.RemovalPolicy.DESTROY if settings.removal_policy == "destroy" else cdk.RemovalPolicy.RETAIN


def encryption_key(scope: Construct, *, settings: Settings) -> kms.Key:
    """The stack's own key: one whose policy named resources of several stacks would tie these in a knot."""
    return kms.Key(
        scope,
        "Key",
        description=f"Homeward {settings.stage}",
        enable_key_rotation=True,
        removal_policy=removal_policy(settings),
        pending_window=cdk.Duration.days(7) if settings.removal_policy == "destroy" else None,
    )


def private_bucket(scope: Construct, name: str, *, settings: Settings, key: kms.IKey | None, **props: Any) -> s3.Bucket:
    """A bucket that nobody reaches without TLS and a role of ours; without a key, S3 encrypts it with its own."""
    return s3.Bucket(
        scope,
        name,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
        encryption_key=key,
        bucket_key_enabled=key is not None,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        removal_policy=removal_policy(settings),
        **props,
    )


def notify_of(bucket: s3.Bucket, queue: WorkQueue, *, key: kms.IKey, prefix: str, events: Sequence[str]) -> None:
    """Send the bucket's events under a prefix to the queue, as a property of the bucket: CDK's way adds a function."""
    accept_from("s3.amazonaws.com", queue, key=key)
    rule = s3.CfnBucket.FilterRuleProperty(name="prefix", value=prefix)
    under_prefix = s3.CfnBucket.NotificationFilterProperty(s3_key=s3.CfnBucket.S3KeyFilterProperty(rules=[rule]))
    resource = bucket.node.default_child
    assert isinstance(resource, s3.CfnBucket)  # noqa: S101 - tells mypy what CDK made
    resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        queue_configurations=[
            s3.CfnBucket.QueueConfigurationProperty(event=event, queue=queue.queue_arn, filter=under_prefix)
            for event in events
        ]
    )
    # S3 refuses a queue that it may not send to, so the queue's policy must be there first.
    resource.node.add_dependency(queue.node.find_child("Policy"))


def table(
    scope: Construct,
    name: str,
    *,
    settings: Settings,
    key: kms.IKey,
    partition: str,
    sort: str | None = None,
    **props: Any,
) -> dynamodb.Table:
    """A table paid by request, with point-in-time recovery; where data is retained, protected from deletion.

    Not CDK's TableV2: with a key of our own that needs the region at synthesis, which may be the credentials' own.
    """
    return dynamodb.Table(
        scope,
        name,
        partition_key=text_attribute(partition),
        sort_key=text_attribute(sort) if sort else None,
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
        encryption_key=key,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        deletion_protection=settings.removal_policy == "retain",
        removal_policy=removal_policy(settings),
        **props,
    )


def text_attribute(name: str) -> dynamodb.Attribute:
    """An attribute of a key that is text."""
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
