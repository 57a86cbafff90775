"""Reads what is deployed: the roles with their statements, the keys of encrypted resources, and readable names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local_cloud.permissions.service_uses import service_uses
from local_cloud.permissions.stack import read_stack
from local_cloud.permissions.statements import Permission, Statement, statements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_KEY_PROPERTIES = {"KMSMasterKeyID", "KMSMasterKeyId", "KmsMasterKeyId", "KmsKeyId"}


@dataclass(frozen=True)
class Deployed:
    """What the stacks of a cloud deployed.

    Attributes:
        roles: The statements of each role, by the role's name.
        names: The construct path without the stage, e.g. "Detection/Match", by physical name.
        keys: ARN of the KMS key, by the ARN of the resource that it encrypts.
        key_policies: The statements of each key's policy, by the key's ARN.
        service_uses: What AWS services do with the roles, which the emulator does without asking IAM.
    """

    roles: dict[str, list[Statement]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    key_policies: dict[str, list[Statement]] = field(default_factory=dict)
    service_uses: list[Permission] = field(default_factory=list)

    def readable(self, text: str) -> str:
        """Replace physical names in a text: arn:aws:s3:::<Detection/Captures>/captures/*."""
        for name in sorted(self.names, key=len, reverse=True):
            text = text.replace(name, f"<{self.names[name]}>")
        return text

    def key_of(self, resource: str) -> str | None:
        """Return the ARN of the key that encrypts a resource, or what is in it: an object, an index, a stream."""
        service = resource.split(":", 3)[2] if resource.count(":") >= 3 else ""
        depth = {"s3": 1, "dynamodb": 2}.get(service)
        return self.keys.get("/".join(resource.split("/")[:depth]) if depth else resource)


def read_deployed(client: Callable[[str], Any]) -> Deployed:
    """Read all stacks of a cloud, apart from the CDK's own."""
    deployed = Deployed()
    pages = client("cloudformation").get_paginator("describe_stacks").paginate()
    for name in (stack["StackName"] for page in pages for stack in page["Stacks"]):
        stack = read_stack(client("cloudformation"), name)
        deployed.service_uses.extend(service_uses(stack, client("stepfunctions")))
        for logical_id, resource in stack.resources.items():
            deployed.names.setdefault(resource.name, resource.path)
            if key := _key(resource.properties):
                deployed.keys[stack.arn(logical_id)] = stack.arn(key)
            if resource.kind == "AWS::IAM::Role":
                deployed.roles[resource.name] = list(_role_statements(client("iam"), resource.name))
            if resource.kind == "AWS::KMS::Key":
                policy = client("kms").get_key_policy(KeyId=resource.physical_id, PolicyName="default")["Policy"]
                deployed.key_policies[stack.arn(logical_id)] = statements(policy)
    return deployed


def _key(properties: Any) -> str | None:
    """Find the KMS key that a resource's encryption properties name, as a logical id of the same stack."""
    if isinstance(properties, list):
        return next((found for part in properties if (found := _key(part))), None)
    if not isinstance(properties, dict):
        return None
    for name, value in properties.items():
        if name in _KEY_PROPERTIES and isinstance(value, dict):
            return str(value["Fn::GetAtt"][0])
        if found := _key(value):
            return found
    return None


def _role_statements(iam: Any, role: str) -> Iterator[Statement]:
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        yield from statements(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
    for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        # AWS keeps the list of actions in its own managed policies.
        if not arn.startswith("arn:aws:iam::aws:"):
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            policy = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
            yield from statements(policy["Document"])
