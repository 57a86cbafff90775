"""A Lambda function with everything that all of ours share, so that a new function is one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from stacks.constructs.bundle import lambda_code
from stacks.constructs.failures import FailedInvocations
from stacks.constructs.grant import may
from stacks.constructs.nag import acknowledge, acknowledge_wildcards

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_sqs as sqs
    from constructs import Construct

    from stacks.constructs.grant import Grant


class Function(lambda_.Function):
    """The function `lambdas/PACKAGE/MODULE_handler.py`, with its own role and log group.

    `handler` is "PACKAGE.MODULE" or "PACKAGE.FOLDER.MODULE". `files` are texts by name that the function reads from the
    root of its code, because Lambda allows 4 KB for all environment variables of a function. `statements` and `grants`
    are everything that the function may do, apart from writing its log and its traces, and from sending the events
    that it fails to process to the queue `failures`.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        handler: str,
        description: str,
        log_days: int,
        timeout: cdk.Duration,
        statements: Sequence[iam.PolicyStatement] = (),
        grants: Sequence[Grant] = (),
        environment: Mapping[str, str] | None = None,
        files: Mapping[str, str] | None = None,
        memory_mb: int = 512,
        failures: sqs.Queue | None = None,
        **lambda_props: Any,
    ) -> None:
        self.log = log_group(scope, f"{name}Log", days=log_days)
        self.own_role = role = iam.Role(
            scope,
            f"{name}Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=description,
            managed_policies=[policy for grant in grants for policy in grant.policies],
        )
        allowed = [*statements, *(statement for grant in grants for statement in grant.statements)]
        writes_log = may("logs:CreateLogStream", "logs:PutLogEvents", on=[self.log.log_group_arn])
        for statement in (writes_log, *allowed):
            role.add_to_policy(statement)
        variables = {key: value for grant in grants for key, value in grant.environment.items()}
        super().__init__(
            scope,
            name,
            description=description,
            code=lambda_code(scope, handler.partition(".")[0], files),
            handler=f"lambdas.{handler}_handler.handler",
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            memory_size=memory_mb,
            timeout=timeout,
            role=role,
            log_group=self.log,
            on_failure=FailedInvocations(failures) if failures else None,
            tracing=lambda_.Tracing.ACTIVE,
            environment={
                **variables,
                **(environment or {}),
                "SERVICE_NAME": handler.rpartition(".")[2],
                "METRICS_NAMESPACE": metrics_namespace(scope),
            },
            **lambda_props,
        )
        acknowledge(self, "function")
        acknowledge(role, "role")
        acknowledge_wildcards(role, *(resource for statement in allowed for resource in statement.resources))


def metrics_namespace(scope: Construct) -> str:
    """Return the namespace of an environment's metrics: Homeward/springfield-prod."""
    stage = cdk.Stage.of(scope)
    return f"Homeward/{stage.stage_name}" if stage and stage.stage_name else "Homeward"


def log_group(scope: Construct, name: str, *, days: int) -> logs.LogGroup:
    """Make a log group that keeps its lines for some days. Deleting the stack deletes the log group."""
    group = logs.LogGroup(scope, name, removal_policy=cdk.RemovalPolicy.DESTROY)
    resource = group.node.default_child
    assert isinstance(resource, logs.CfnLogGroup)  # noqa: S101 - narrows the type for mypy
    acknowledge(group, "log group")
    resource.retention_in_days = days  # CDK's enum of retention periods cannot be made from a number
    return group
