"""The synthesized templates of the test agency, with lookups for the tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk

from agencies.files import load_agency
from stacks.environment import AgencyEnvironment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_cdk import cx_api

ROOT = Path(__file__).resolve().parents[2]
AGENCY_FILE = Path(__file__).with_name("agency.toml")
STACKS = ("Ingest", "Fleet", "Alerting", "Detection", "Console", "Review", "Sync")

Resource = dict[str, Any]


def new_app(**context: Any) -> cdk.App:
    """Return an app with the context of cdk.json, without bundling."""
    own = json.loads((ROOT / "cdk.json").read_text())["context"]
    ours = {"aws:cdk:bundling-stacks": [], "aws:cdk:enable-path-metadata": True}
    return cdk.App(context={**own, **ours, **context}, analytics_reporting=False)


@dataclass(frozen=True)
class Deployment:
    """The templates of one environment of the test agency, by stack name."""

    environment: str
    templates: dict[str, Any]
    dependencies: dict[str, set[str]]

    def of_type(self, kind: str, *stacks: str) -> dict[str, Resource]:
        """Return the resources of a type by `Stack/LogicalId`."""
        return {
            f"{stack}/{name}": resource
            for stack in stacks or STACKS
            for name, resource in self.templates[stack]["Resources"].items()
            if resource["Type"] == kind
        }

    def one(self, kind: str, stack: str, construct: str) -> Resource:
        """Return the resource of a type that belongs to the construct at this path in the stack."""
        path = f"everytown-{self.environment}/{stack}/{construct}"
        [found] = [
            resource
            for resource in self.of_type(kind, stack).values()
            if resource["Metadata"]["aws:cdk:path"] in {path, f"{path}/Resource"}
        ]
        return found

    def function(self, stack: str, name: str) -> Resource:
        """Return the properties of a Lambda function."""
        properties: Resource = self.one("AWS::Lambda::Function", stack, name)["Properties"]
        return properties

    def statements(self, stack: str, name: str) -> list[Resource]:
        """Return the statements of a role's default policy, or of a managed policy."""
        path = f"everytown-{self.environment}/{stack}/{name}"
        [found] = [
            resource["Properties"]["PolicyDocument"]["Statement"]
            for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
            for resource in self.of_type(kind, stack).values()
            if resource["Metadata"]["aws:cdk:path"] in {f"{path}/DefaultPolicy/Resource", f"{path}/Resource"}
        ]
        return list(found)

    def logical_id(self, stack: str, construct: str) -> str:
        """Return the logical id of a construct's own resource."""
        path = f"everytown-{self.environment}/{stack}/{construct}/Resource"
        [name] = [
            name
            for name, resource in self.templates[stack]["Resources"].items()
            if resource.get("Metadata", {}).get("aws:cdk:path") == path
        ]
        return str(name)


STATEFUL_TYPES = {
    "AWS::S3::Bucket",
    "AWS::DynamoDB::Table",
    "AWS::KMS::Key",
    "AWS::SQS::Queue",
    "AWS::SNS::Topic",
    "AWS::SecretsManager::Secret",
    "Custom::FaceCollection",
    "AWS::Cognito::UserPool",
}


@cache
def deployment(environment: str) -> Deployment:
    """Synthesize an environment of the test agency, once for all tests."""
    [settings] = [each for each in load_agency(AGENCY_FILE) if each.environment == environment]
    assembly = AgencyEnvironment(new_app(), settings.stage, settings=settings).synth()
    artifacts: dict[str, cx_api.CloudFormationStackArtifact] = {
        stack: assembly.get_stack_by_name(f"{settings.stage}-{stack}") for stack in STACKS
    }
    names = {artifact.id: stack for stack, artifact in artifacts.items()}
    return Deployment(
        environment=environment,
        templates={stack: artifact.template for stack, artifact in artifacts.items()},
        dependencies={
            stack: {names[other.id] for other in artifact.dependencies if other.id in names}
            for stack, artifact in artifacts.items()
        },
    )


def as_list(value: Any) -> list[Any]:
    """Return a list: IAM policies write a list with one item as the item."""
    return value if isinstance(value, list) else [value]


def all_statements(resources: dict[str, Resource]) -> Iterator[tuple[str, Resource]]:
    """Yield each statement of these policies, with the name of its policy."""
    for name, resource in resources.items():
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]:
            yield name, statement
