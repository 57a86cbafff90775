"""Find a deployed environment through the outputs of its stacks."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.ingest.resources import new_client

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

STACKS = ("Ingest", "Detection", "Alerting", "Fleet", "Review", "Sync")
OPTIONAL_STACKS = ("Feeds",)  # deployed only if the agency's file enables it


class NotDeployedError(RuntimeError):
    """The environment, or one of its outputs, is not in this account and region. The text says what to do."""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One deployed stage, such as springfield-dev.

    Attributes:
        stage: Agency and environment.
        outputs: The outputs of all its stacks, such as names of buckets and tables.
        client: Returns a boto3 client for a service's name.
        stacks: The names of its stacks in CloudFormation.
    """

    stage: str
    outputs: Mapping[str, str]
    client: Callable[[str], Any]
    stacks: tuple[str, ...] = ()

    def __getitem__(self, output: str) -> str:
        """Return the value of an output.

        Raises:
            NotDeployedError: No stack has this output.
        """
        if output not in self.outputs:
            raise NotDeployedError(f"{self.stage} has no output {output}: its deployment is too old; deploy it again")
        return self.outputs[output]


def connect(stage: str) -> Deployment:
    """Find a deployed stage with the credentials and region of the AWS environment.

    Raises:
        NotDeployedError: A stack does not exist in this account and region.
    """
    return find_deployment(stage, functools.cache(new_client))


def find_deployment(stage: str, client: Callable[[str], Any]) -> Deployment:
    """Read the outputs of the stage's stacks.

    Raises:
        NotDeployedError: A stack does not exist in this account and region.
    """
    outputs: dict[str, str] = {}
    stacks: list[str] = []
    cloudformation = client("cloudformation")
    for stack in (*STACKS, *OPTIONAL_STACKS):
        found = describe_stack(cloudformation, f"{stage}-{stack}")
        if found is None:
            if stack in OPTIONAL_STACKS:
                continue
            raise NotDeployedError(
                f"{stage}-{stack} is not deployed in this account and region: npx cdk deploy '{stage}/*'"
            )
        stacks.append(f"{stage}-{stack}")
        outputs |= {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
    return Deployment(stage=stage, outputs=outputs, client=client, stacks=tuple(stacks))


def describe_stack(cloudformation: Any, name: str) -> dict[str, Any] | None:
    """Describe a stack, or return None if it does not exist in this account and region."""
    try:
        [found] = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return dict(found)
