"""The detection bucket: captures until they are searched, and the pictures of encounters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3

from lambdas.common.keys import CAPTURES, CONFIRMED, EVIDENCE, QUARANTINE
from stacks.constructs.nag import acknowledge
from stacks.constructs.storage import private_bucket

if TYPE_CHECKING:
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
