"""The base class of all stacks."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import aws_cdk as cdk

from stacks.constructs.grant import may
from stacks.constructs.storage import encryption_key

if TYPE_CHECKING:
    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_kms as kms
    from constructs import Construct

    from agencies.settings import Settings


class HomewardStack(cdk.Stack):
    """A stack of one environment, with the environment's settings and one KMS key for the stack's data.

    `purpose` completes the stack's description: "Homeward springfield-prod (Springfield Police Department): PURPOSE".
    """

    def __init__(self, scope: Construct, name: str, *, settings: Settings, purpose: str) -> None:
        super().__init__(
            scope,
            name,
            env=cdk.Environment(account=settings.account, region=settings.region),
            description=f"Homeward {settings.stage} ({settings.display_name}): {purpose}",
        )
        self.settings = settings
        self.removal = settings.removal_policy
        self.log_days = settings.retention.log_days

    @cached_property
    def key(self) -> kms.Key:
        """The KMS key of the stack's data. A stack that never asks for the key has none."""
        return encryption_key(self, stage=self.settings.stage, removal=self.removal)

    def use_key(self) -> iam.PolicyStatement:
        """Allow what sending to SQS and SNS, and copies in S3, need of the stack's key."""
        return may("kms:Decrypt", "kms:GenerateDataKey", on=[self.key.key_arn])

    def decrypt(self) -> iam.PolicyStatement:
        """Allow what reading needs of the stack's key, and all that DynamoDB needs, for writes too."""
        return may("kms:Decrypt", on=[self.key.key_arn])

    def encrypt(self) -> iam.PolicyStatement:
        """Allow what `s3:PutObject` needs of the stack's key. A multipart upload would need more."""
        return may("kms:GenerateDataKey", on=[self.key.key_arn])
