"""Grants: the permissions that a stack gives to functions of other stacks, so that each stack writes its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from stacks.constructs.nag import acknowledge_wildcards

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Access to some data, its KMS key included, and the environment variables that name the data."""

    statements: Sequence[iam.PolicyStatement] = ()
    policies: Sequence[iam.IManagedPolicy] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


def may(*actions: str, on: Sequence[str]) -> iam.PolicyStatement:
    """Allow the actions on these resources."""
    return iam.PolicyStatement(actions=list(actions), resources=list(on))


def trust_this_account_only(role: iam.IRole) -> None:
    """Let a service assume the role only on behalf of this account (the confused-deputy problem).

    AWS documents this condition for AWS IoT and EventBridge. CDK sets it for Step Functions.
    """
    resource = role.node.default_child
    assert isinstance(resource, iam.CfnRole)  # noqa: S101 - narrows the type for mypy
    ours = {"StringEquals": {"aws:SourceAccount": cdk.Stack.of(role).account}}
    resource.add_property_override("AssumeRolePolicyDocument.Statement.0.Condition", ours)


def shared_policy(
    scope: Construct, name: str, *, description: str, statements: Sequence[iam.PolicyStatement]
) -> iam.ManagedPolicy:
    """Make a managed policy for functions of other stacks.

    Grants on the objects of a bucket need one: in the bucket's own stack, cdk-nag sees the ARN with its prefix. In
    another stack it sees only a cross-stack reference.

    The description is create-only. A new one makes CloudFormation replace the policy and delete the old one, while
    functions of stacks that are deployed later still use it.
    """
    policy = iam.ManagedPolicy(scope, name, description=description, statements=list(statements))
    acknowledge_wildcards(policy, *(resource for statement in statements for resource in statement.resources))
    return policy
