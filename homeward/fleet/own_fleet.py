"""Find everything that an environment has in AWS IoT, also where its stacks are gone or half deleted.

CloudFormation puts the stage into no name of a policy or a thing type, so they are those of the stack Fleet, or, if
the stack is gone, those with the environment's tag. A thing is the environment's if its type is, or if it has the name
of a camera and either is in the environment's group or has a certificate with one of the environment's policies.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from homeward.deployment.outputs import Deployment, describe_stack
from homeward.fleet.aws_iot import unless_gone
from homeward.fleet.cameras_table import read_entries
from homeward.fleet.certificates import certificates_of, id_of, targets_of
from lambdas.common.things import camera_of_thing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STAGE_TAG = "homeward:stage"
_TYPE, _POLICY, _TABLE = "AWS::IoT::ThingType", "AWS::IoT::Policy", "AWS::DynamoDB::Table"


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A certificate that a thing of the environment uses, or that has a policy of the environment.

    Attributes:
        things: The environment's things that use it. A claim certificate has none.
        policies: The environment's policies that it has.
        shared_with: A thing of somebody else that uses it, or a policy of somebody else on a certificate without a
            thing. Such a certificate is not the environment's to delete.
    """

    arn: str
    things: tuple[str, ...]
    policies: tuple[str, ...]
    shared_with: str | None


@dataclass(frozen=True, kw_only=True)
class OwnFleet:
    """What an environment has in AWS IoT.

    Attributes:
        deployment: The environment, with the outputs that still mean something.
        has_stack: Whether the stack Fleet exists, possibly half deleted.
        types: Thing types.
        policies: Policies of cameras and of claim certificates.
        entries: The entries of the cameras table, if the table exists.
        things: Things of the cameras.
        certificates: Certificates of the cameras and claim certificates.
        other_targets: What else has one of the policies, such as a thing group: (policy, target).
    """

    deployment: Deployment
    has_stack: bool
    types: tuple[str, ...]
    policies: tuple[str, ...]
    entries: tuple[dict[str, Any], ...]
    things: tuple[str, ...]
    certificates: tuple[Certificate, ...]
    other_targets: tuple[tuple[str, str], ...]

    @property
    def is_empty(self) -> bool:
        """Whether the environment has no camera, no reservation and no claim certificate."""
        return not (self.entries or self.things or self.certificates or self.other_targets)


def find_own_fleet(stage: str, client: Callable[[str], Any], advance: Callable[[str], None]) -> OwnFleet:
    """Find the fleet of an environment. Calls `advance` with the name of each certificate that it examines."""
    iot = client("iot")
    stack = _stack_resources(client("cloudformation"), f"{stage}-Fleet")
    types, policies = _of_stack(stack) if stack is not None else _tagged(iot, stage)
    deployment = Deployment(stage=stage, outputs=_outputs(stack or [], policies), client=client)
    entries = tuple(read_entries(deployment)) if "CamerasTable" in deployment.outputs else ()
    targets = [(policy, target) for policy in policies for target in _targets(iot, policy)]
    attached = {target for _, target in targets if _is_certificate(target)}
    users_of = functools.cache(lambda arn: _users_of(iot, arn))
    named = [*_group_members(iot, stage), *(thing for arn in attached for thing in users_of(arn))]
    things = {
        *_things_of_types(iot, types),
        *(thing for thing in named if camera_of_thing(stage, thing) is not None),
    }
    arns = {*attached, *(arn for entry in entries for arn in entry.get("certificates", ()))}
    for thing in things:
        arns |= certificates_of(iot, thing)
    certificates = []
    for arn in sorted(arns):
        advance(id_of(arn)[:12])
        if unless_gone(iot.describe_certificate, certificateId=id_of(arn)):
            certificates.append(_examine(iot, arn, set(users_of(arn)), things, set(policies)))
    return OwnFleet(
        deployment=deployment,
        has_stack=stack is not None,
        types=types,
        policies=policies,
        entries=entries,
        things=tuple(sorted(things)),
        certificates=tuple(certificates),
        other_targets=tuple(pair for pair in targets if not _is_certificate(pair[1])),
    )


def _stack_resources(cloudformation: Any, name: str) -> list[dict[str, str]] | None:
    """Return the resources that the stack still has, or None if the stack does not exist."""
    if describe_stack(cloudformation, name) is None:
        return None
    resources = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    return [
        resource
        for resource in resources
        if "PhysicalResourceId" in resource and resource["ResourceStatus"] != "DELETE_COMPLETE"
    ]


def _of_stack(resources: list[dict[str, str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the thing types and the policies of the stack."""
    return _physical_ids(resources, _TYPE), _physical_ids(resources, _POLICY)


def _physical_ids(resources: list[dict[str, str]], kind: str) -> tuple[str, ...]:
    return tuple(each["PhysicalResourceId"] for each in resources if each["ResourceType"] == kind)


def _outputs(resources: list[dict[str, str]], policies: tuple[str, ...]) -> dict[str, str]:
    """Return the outputs that deleting a camera reads."""
    tables = [("CamerasTable", table) for table in _physical_ids(resources, _TABLE)]
    return dict([*tables, *(("CorePolicyName", policy) for policy in policies if "CorePolicy" in policy)])


def _tagged(iot: Any, stage: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the thing types and the policies that have the environment's tag."""
    types = _pages(iot, "list_thing_types", "thingTypes")
    policies = _pages(iot, "list_policies", "policies")
    return (
        tuple(each["thingTypeName"] for each in types if _has_tag(iot, each["thingTypeArn"], stage)),
        tuple(each["policyName"] for each in policies if _has_tag(iot, each["policyArn"], stage)),
    )


def _has_tag(iot: Any, arn: str, stage: str) -> bool:
    return {"Key": STAGE_TAG, "Value": stage} in list(_pages(iot, "list_tags_for_resource", "tags", resourceArn=arn))


def _things_of_types(iot: Any, types: tuple[str, ...]) -> Iterator[str]:
    for name in types:
        yield from (thing["thingName"] for thing in _pages(iot, "list_things", "things", thingTypeName=name))


def _group_members(iot: Any, group: str) -> list[str]:
    """Return the things of a thing group. Empty if the group does not exist."""
    return unless_gone(lambda: list(_pages(iot, "list_things_in_thing_group", "things", thingGroupName=group))) or []


def _examine(iot: Any, arn: str, users: set[str], own_things: set[str], own_policies: set[str]) -> Certificate:
    """Find out whose a certificate is."""
    policies = {each["policyName"] for each in _pages(iot, "list_attached_policies", "policies", target=arn)}
    strangers = users - own_things or (set() if users else policies - own_policies)
    return Certificate(
        arn=arn,
        things=tuple(sorted(users & own_things)),
        policies=tuple(sorted(policies & own_policies)),
        shared_with=min(strangers, default=None),
    )


def _targets(iot: Any, policy: str) -> list[str]:
    """Return what has a policy. Empty if the policy does not exist."""
    return unless_gone(lambda: targets_of(iot, policy)) or []


def _users_of(iot: Any, arn: str) -> list[str]:
    """Return the things that use a certificate."""
    return unless_gone(lambda: list(_pages(iot, "list_principal_things", "things", principal=arn))) or []


def _pages(iot: Any, operation: str, member: str, **arguments: str) -> Iterator[Any]:
    for page in iot.get_paginator(operation).paginate(**arguments):
        yield from page[member]


def _is_certificate(target: str) -> bool:
    return ":cert/" in target
