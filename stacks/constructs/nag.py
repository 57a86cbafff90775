"""Acknowledgments of cdk-nag's findings, each with its reason. docs/evaluator/security-checks.md counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks, NIST80053R5Checks, ServerlessChecks

if TYPE_CHECKING:
    from constructs import IConstruct

PACKS = (AwsSolutionsChecks, ServerlessChecks, NIST80053R5Checks)
_NIST = "NIST.800.53.R5"
_FAILURES_ARE_KEPT = (
    "What fails asynchronously goes to a failure queue, with the error, as the on-failure destination that AWS"
    " recommends over this older setting. Queues and streams have failure queues of their own. Other callers wait"
    " for the answer and get the error."
)
_NO_TRACE = "An access log would be a trace of people who are not missing (docs/evaluator/privacy.md)."
_NUMBERS = "These are telephone numbers, which the agency file changes."
_BOTH_MUST_CHANGE = "The people who run the receiver must get the new secret at the same time."

# By kind of resource.
REASONS = {
    "function": {
        f"{_NIST}-LambdaInsideVPC": (
            "The functions listen to no network, and use AWS's APIs and public web servers over TLS. Nothing of theirs"
            " is in a VPC. Roles, bucket policies and key policies limit what they reach."
        ),
        f"{_NIST}-LambdaConcurrency": (
            "Reserved concurrency takes from the account's pool, which is 10 in a new account, and could hold back"
            " alerts. The maximum concurrency of the queues and the rate limit of the API limit the functions."
        ),
        f"{_NIST}-LambdaDLQ": _FAILURES_ARE_KEPT,
        "Serverless-LambdaDLQ": _FAILURES_ARE_KEPT,
    },
    "role": {
        f"{_NIST}-IAMNoInlinePolicy": (
            "Each inline policy is written for one role and deleted with it. A managed policy could be attached to"
            " other principals. Policies that several roles share are managed policies."
        ),
    },
    "log group": {
        f"{_NIST}-CloudWatchLogGroupEncrypted": (
            "CloudWatch Logs encrypts every log group. The logs have counts, ids and reasons, but no pictures, names or"
            " phone numbers, so a key of the customer's would protect nothing more."
        ),
    },
    "bucket": {
        f"{_NIST}-S3BucketReplicationEnabled": (
            "A copy elsewhere would keep what must be gone: photos of withdrawn cases, pictures of passers-by, and log"
            " records after their retention (docs/evaluator/privacy.md)."
        ),
        f"{_NIST}-S3BucketVersioningEnabled": (
            "Versions would keep photos of withdrawn cases, and log records after their retention. A sync restores the"
            " gallery from its sources. The detection bucket has versions."
        ),
    },
    "table": {
        f"{_NIST}-DynamoDBInBackupPlan": (
            "Point-in-time recovery restores any second of the last 35 days. A backup plan's copies would keep closed"
            " cases and expired encounters after their retention."
        ),
    },
    "failure queue": {
        "AwsSolutions-SQS3": "This is a dead-letter queue; no function consumes it.",
        "Serverless-SQSRedrivePolicy": "This is a dead-letter queue; operators read it with `homeward queue`.",
    },
    "queue source": {
        "Serverless-LambdaEventSourceMappingDestination": (
            "Lambda supports this setting for streams only. The queue's redrive policy moves what failed to a"
            " dead-letter queue."
        ),
    },
    "secret": {
        "AwsSolutions-SMG4": _BOTH_MUST_CHANGE,
        f"{_NIST}-SecretsManagerRotationEnabled": _BOTH_MUST_CHANGE,
    },
    "phones": {"AwsSolutions-SMG4": _NUMBERS, f"{_NIST}-SecretsManagerRotationEnabled": _NUMBERS},
    "schedule": {
        "Serverless-EventBusDLQ": (
            "EventBridge retries for 24 hours, and the next run does the same work. An event that could not be"
            " delivered has nothing worth keeping."
        ),
    },
    "alarm": {
        f"{_NIST}-CloudWatchAlarmAction": (
            "`homeward doctor` reports the alarm. Whom an alarm wakes is the agency's decision, and its topic is in the"
            " agency's account, outside these stacks."
        ),
    },
    "detection bucket": {"AwsSolutions-S1": _NO_TRACE, f"{_NIST}-S3BucketLoggingEnabled": _NO_TRACE},
    "access logs": {
        "AwsSolutions-S1": "The bucket of access logs; logging it would never end.",
        f"{_NIST}-S3DefaultEncryptionKMS": "S3 cannot write access logs to a bucket with a customer-managed key.",
    },
    "link route": {
        "AwsSolutions-APIG4": "The secret in the link authorizes the request: it is for one encounter, and expires.",
    },
    "console route": {
        "AwsSolutions-APIG4": (
            "The function checks the session itself, because it leads people without one to the sign-in. A JWT"
            " authorizer cannot read a cookie, and a Lambda authorizer would accept an ended session for a minute."
        ),
    },
    "provisioning role": {
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSIoTThingsRegistration]": (
            "AWS IoT registers things with many actions, and AWS keeps their list in this policy."
        ),
    },
}
# Wildcards in IAM policies. "Resource::*" is on every role; the others by a part of the ARN.
_EVERYWHERE = "X-Ray, log delivery, ListStreams, CreateCollection and ListCollections do not support resources."
_WILDCARDS = {
    ":execution:": "The executions that one state machine starts have generated names.",
    ":s3:::": "The folder of the agency's own cases, in a bucket that the agency names.",
    ".Arn>/": "Every object of one bucket, or under one prefix of it.",
}


def acknowledge(construct: IConstruct, kind: str) -> None:
    """Acknowledge the findings about a kind of resource on this construct."""
    for rule, reason in REASONS[kind].items():
        cdk.Validations.of(construct).acknowledge(cdk.Acknowledgment(id=rule, reason=reason))


def acknowledge_wildcards(policy: IConstruct, *resources: str) -> None:
    """Acknowledge the wildcards that CDK adds to roles, and those at the end of these resource ARNs."""
    reasons = {"*": _EVERYWHERE}
    for resource in resources:
        name = _nag_name(cdk.Stack.of(policy).resolve(resource))
        if name.endswith("*") and name != "*":
            [reasons[name]] = [reason for part, reason in _WILDCARDS.items() if part in name]
    for name, reason in reasons.items():
        acknowledgment = cdk.Acknowledgment(id=f"AwsSolutions-IAM5[Resource::{name}]", reason=reason)
        cdk.Validations.of(policy).acknowledge(acknowledgment)


def _nag_name(resource: Any) -> str:
    """Write a resolved ARN as cdk-nag does: `<LogicalId.Arn>/photos/*`."""
    if isinstance(resource, str):
        return resource
    [(function, argument)] = resource.items()
    if function == "Fn::Join":
        return str(argument[0]).join(_nag_name(part) for part in argument[1])
    return f"<{'.'.join(argument) if isinstance(argument, list) else argument}>"
