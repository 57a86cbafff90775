"""Acknowledgments of cdk-nag's findings about wildcards in IAM policies, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk

if TYPE_CHECKING:
    from constructs import IConstruct

_TO_FAILURE_QUEUE = "CDK's grant to send to an encrypted failure queue, limited to one key."
_EVERYWHERE = {
    "Resource::*": "X-Ray, log delivery, ListStreams, CreateCollection and ListCollections do not support resources.",
    "Action::kms:GenerateDataKey*": _TO_FAILURE_QUEUE,
    "Action::kms:ReEncrypt*": _TO_FAILURE_QUEUE,
}
# By a part of the ARN.
_OURS = {
    ":execution:": "The executions that one state machine starts have generated names.",
    ":s3:::": "The folder of the agency's own cases, in a bucket that the agency names.",
    ".Arn>/": "Every object of one bucket, or under one prefix of it.",
}


def acknowledge_wildcards(policy: IConstruct, *resources: str) -> None:
    """Acknowledge the wildcards that CDK adds to roles, and those at the end of these resource ARNs."""
    reasons = dict(_EVERYWHERE)
    for resource in resources:
        name = _nag_name(cdk.Stack.of(policy).resolve(resource))
        if name.endswith("*") and name != "*":
            [reasons[f"Resource::{name}"]] = [reason for part, reason in _OURS.items() if part in name]
    for finding, reason in reasons.items():
        acknowledgment = cdk.Acknowledgment(id=f"AwsSolutions-IAM5[{finding}]", reason=reason)
        cdk.Validations.of(policy).acknowledge(acknowledgment)


def _nag_name(resource: Any) -> str:
    """Write a resolved ARN as cdk-nag does: `<LogicalId.Arn>/photos/*`."""
    if isinstance(resource, str):
        return resource
    [(function, argument)] = resource.items()
    if function == "Fn::Join":
        return str(argument[0]).join(_nag_name(part) for part in argument[1])
    return f"<{'.'.join(argument) if isinstance(argument, list) else argument}>"
