"""A deployed stack: its template with the physical names of its resources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from local_cloud.settings import ACCOUNT, REGION

_HERE = f"{REGION}:{ACCOUNT}"
_ARNS = {
    "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{_HERE}:table/",
    "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/",
    "AWS::KMS::Key": f"arn:aws:kms:{_HERE}:key/",
    "AWS::Lambda::Function": f"arn:aws:lambda:{_HERE}:function:",
    "AWS::S3::Bucket": "arn:aws:s3:::",
    "AWS::SNS::Topic": f"arn:aws:sns:{_HERE}:",
    "AWS::SQS::Queue": f"arn:aws:sqs:{_HERE}:",
    "AWS::SecretsManager::Secret": f"arn:aws:secretsmanager:{_HERE}:secret:",
    "AWS::StepFunctions::StateMachine": f"arn:aws:states:{_HERE}:stateMachine:",
}


@dataclass(frozen=True)
class Resource:
    """A resource of a stack. `path` is its construct path without the stage."""

    kind: str
    physical_id: str
    path: str
    properties: dict[str, Any]

    @property
    def name(self) -> str:
        """The part of the physical id that ARNs contain: the physical id may be a name, an ARN, or a URL."""
        if "://" in self.physical_id:
            return self.physical_id.rpartition("/")[2]
        return self.physical_id.rpartition(":")[2] if self.physical_id.startswith("arn:") else self.physical_id


@dataclass(frozen=True)
class Stack:
    """The resources of a stack by logical id."""

    resources: dict[str, Resource]

    def of_kind(self, kind: str) -> list[Resource]:
        """Return the resources of a type."""
        return [resource for resource in self.resources.values() if resource.kind == kind]

    def referred(self, value: Any) -> Resource:
        """Return the resource of this stack that a `Ref` or `Fn::GetAtt` refers to."""
        return self.resources[value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0]]

    def arn(self, logical_id: str) -> str:
        """Return the ARN of a resource."""
        resource = self.resources[logical_id]
        return f"{_ARNS[resource.kind]}{resource.name}"

    def referred_arn(self, value: Any) -> str:
        """Return the ARN that a `Ref` or `Fn::GetAtt` refers to. Each stream of a table has its own."""
        name = value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0]
        return f"{self.arn(name)}/stream/*" if "StreamArn" in str(value) else self.arn(name)


def read_stack(cloudformation: Any, name: str) -> Stack:
    """Read a stack. That of the CDK's bootstrap has no resources here: botocore does not parse its YAML."""
    template = cloudformation.get_template(StackName=name)["TemplateBody"]
    if isinstance(template, str):
        return Stack({})
    described = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    physical = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in described}
    return Stack(
        {
            logical_id: Resource(
                kind=resource["Type"],
                physical_id=physical[logical_id],
                path=_construct(resource["Metadata"]["aws:cdk:path"]),
                properties=resource.get("Properties", {}),
            )
            for logical_id, resource in template["Resources"].items()
            if logical_id in physical and "aws:cdk:path" in resource.get("Metadata", {})
        }
    )


def _construct(path: str) -> str:
    return path.partition("/")[2].removesuffix("/Resource").removesuffix("/Default")
