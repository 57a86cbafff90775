"""A Lambda function of ours: everything that all of them have in common, so that a new one is one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from stacks.constructs.bundle import lambda_code

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct

    from agencies.settings import Settings


class Function(lambda_.Function):
    """`lambdas/PACKAGE/MODULE_handler.py` with a role and a log group of its own.

    `handler` is "PACKAGE.MODULE". `statements` and `policies` are all that it may do beside writing its log and traces.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        settings: Settings,
        handler: str,
        description: str,
        statements: Sequence[iam.PolicyStatement],
        environment: Mapping[str, str],
        timeout: cdk.Duration,
        memory_mb: int = 512,
        policies: Sequence[iam.IManagedPolicy] = (),
        **lambda_props: Any,
    ) -> None:
        package, module = handler.split(".")
        self.log = log_group(scope, f"{name}Log", settings=settings)
        role = iam.Role(
            scope,
            f"{name}Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=description,
            managed_policies=list(policies),
        )
        log = iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[self.log.log_group_arn]
        )
        for statement in (log, *statements):
            role.add_to_policy(statement)
        super().__init__(
            scope,
            name,
            description=description,
            code=lambda_code(scope, package),
            handler=f"lambdas.{package}.{module}_handler.handler",
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            memory_size=memory_mb,
            timeout=timeout,
            role=role,
            log_group=self.log,
            tracing=lambda_.Tracing.ACTIVE,
            environment={
                **environment,
                "POWERTOOLS_SERVICE_NAME": module,
                "POWERTOOLS_METRICS_NAMESPACE": "Homeward",
                "POWERTOOLS_LOG_LEVEL": "INFO",
            },
            **lambda_props,
        )
        _acknowledge(role, statements)


def log_group(scope: Construct, name: str, *, settings: Settings) -> logs.LogGroup:
    """A log group that keeps its lines as long as the agency says, and goes with its stack."""
    group = logs.LogGroup(scope, name, removal_policy=cdk.RemovalPolicy.DESTROY)
    resource = group.node.default_child
    assert isinstance(resource, logs.CfnLogGroup)  # noqa: S101 - tells mypy what CDK made
    resource.retention_in_days = settings.retention.log_days  # the enum of CDK has no constructor from a number
    return group


def may(*actions: str, on: Sequence[str]) -> iam.PolicyStatement:
    """A statement that allows the actions on these resources."""
    return iam.PolicyStatement(actions=list(actions), resources=list(on))


def policy_for_others(
    scope: Construct, name: str, *, description: str, statements: Sequence[iam.PolicyStatement]
) -> iam.ManagedPolicy:
    """What functions of other stacks may do here.

    A stack can name the objects of its own bucket; where another stack does, cdk-nag sees only a reference.
    """
    policy = iam.ManagedPolicy(scope, name, description=description, statements=list(statements))
    _acknowledge(policy, statements)
    return policy


def _acknowledge(role: iam.Role | iam.ManagedPolicy, statements: Sequence[iam.PolicyStatement]) -> None:
    """Say once why the wildcards that a role of ours may have are right; cdk-nag refuses any other."""
    to_failure_queue = "CDK's grant to send to an encrypted failure queue, on one key."
    reasons = {
        "Resource::*": "X-Ray's PutTraceSegments and PutTelemetryRecords know no resource.",
        "Action::kms:GenerateDataKey*": to_failure_queue,
        "Action::kms:ReEncrypt*": to_failure_queue,
    }
    stack = cdk.Stack.of(role)
    for resource in (resource for statement in statements for resource in statement.resources):
        name = _nag_name(stack.resolve(resource))
        if name.endswith("/*"):
            reasons[f"Resource::{name}"] = "Every object of one bucket, or under one prefix of it."
        if name.endswith("-*"):
            reasons[f"Resource::{name}"] = "A face collection and those that a rebuild makes beside it."
    for finding, reason in reasons.items():
        acknowledgment = cdk.Acknowledgment(id=f"AwsSolutions-IAM5[{finding}]", reason=reason)
        cdk.Validations.of(role).acknowledge(acknowledgment)


def _nag_name(resource: Any) -> str:
    """A resolved ARN as cdk-nag writes it: `<LogicalId.Arn>/photos/*`."""
    if isinstance(resource, str):
        return resource
    [(function, argument)] = resource.items()
    if function == "Fn::Join":
        return str(argument[0]).join(_nag_name(part) for part in argument[1])
    return f"<{'.'.join(argument) if isinstance(argument, list) else argument}>"
