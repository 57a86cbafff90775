"""Why the wildcards in our policies are right, in the words that cdk-nag asks for; it refuses any other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk

if TYPE_CHECKING:
    from constructs import IConstruct

_TO_FAILURE_QUEUE = "CDK's grant to send to an encrypted failure queue, on one key."
_EVERYWHERE = {
    "Resource::*": "X-Ray, the delivery of logs, ListStreams and ListCollections know no resource.",
    "Action::kms:GenerateDataKey*": _TO_FAILURE_QUEUE,
    "Action::kms:ReEncrypt*": _TO_FAILURE_QUEUE,
}
_OURS = {
    ":collection/": "A face collection and those that a rebuild makes beside it.",
    ":execution:": "The executions that one state machine starts have made-up names.",
    ":s3:::": "The folder of the agency's own cases, in a bucket that the agency names.",
    ".Arn>/": "Every object of one bucket, or under one prefix of it.",
}


def acknowledge_wildcards(policy: IConstruct, *resources: str) -> None:
    """Acknowledge what CDK adds to roles by itself, and those of these ARNs that end with a wildcard."""
    reasons = dict(_EVERYWHERE)
    for resource in resources:
        name = _nag_name(cdk.Stack.of(policy).resolve(resource))
        if name.endswith("*") and name != "*":
            [reasons[f"Resource::{name}"]] = [reason for part, reason in _OURS.items() if part in name]
    for finding, reason in reasons.items():
        acknowledgment = cdk.Acknowledgment(id=f"AwsSolutions-IAM5[{finding}]", reason=reason)
        cdk.Validations.of(policy).acknowledge(acknowledgment)


def _nag_name(resource: Any) -> str:
    """A resolved ARN as cdk-nag writes it: `<LogicalId.Arn>/photos/*`."""
    if isinstance(resource, str):
        return resource
    [(function, argument)] = resource.items()
    if function == "Fn::Join":
        return str(argument[0]).join(_nag_name(part) for part in argument[1])
    return f"<{'.'.join(argument) if isinstance(argument, list) else argument}>"
