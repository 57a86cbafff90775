"""A Lambda function of ours: everything that all of them have in common, so that a new one is one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from stacks.constructs.bundle import lambda_code
from stacks.constructs.nag import acknowledge_wildcards

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct

    from agencies.settings import Settings


class Function(lambda_.Function):
    """`lambdas/PACKAGE/MODULE_handler.py` with a role and a log group of its own.

    `handler` is "PACKAGE.MODULE" or "PACKAGE.FOLDER.MODULE". `statements` and `policies` list everything the function
    may do, apart from writing its log and traces.
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
        package, module = handler.split(".", maxsplit=1)[0], handler.rpartition(".")[2]
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
            handler=f"lambdas.{handler}_handler.handler",
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            memory_size=memory_mb,
            timeout=timeout,
            role=role,
            log_group=self.log,
            tracing=lambda_.Tracing.ACTIVE,
            environment={
                **environment,
                "SERVICE_NAME": module,
                "METRICS_NAMESPACE": "Homeward",
            },
            **lambda_props,
        )
        acknowledge_wildcards(role, *(resource for statement in statements for resource in statement.resources))


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
    acknowledge_wildcards(policy, *(resource for statement in statements for resource in statement.resources))
    return policy
