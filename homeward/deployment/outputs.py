"""Find a deployed environment through the outputs of its stacks."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.common.things import STAGE
from lambdas.ingest.resources import new_client

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

STACKS = ("Ingest", "Detection", "Alerting", "Fleet", "Review", "Sync")
OPTIONAL_STACKS = ("Console", "Feeds")  # deployed only if the agency's file enables them


_FIRST_STACK = re.compile(rf"{STAGE}-{STACKS[0]}")
_THERE = ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_IN_PROGRESS"]


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
            raise NotDeployedError(_not_deployed(cloudformation, stage, stack))
        stacks.append(f"{stage}-{stack}")
        outputs |= {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
    return Deployment(stage=stage, outputs=outputs, client=client, stacks=tuple(stacks))


def deployed_stages(cloudformation: Any) -> list[str]:
    """List the environments in this account and region, by their stacks."""
    pages = cloudformation.get_paginator("list_stacks").paginate(StackStatusFilter=_THERE)
    names = (stack["StackName"] for page in pages for stack in page["StackSummaries"])
    return sorted(name.removesuffix(f"-{STACKS[0]}") for name in names if _FIRST_STACK.fullmatch(name))


def deployed_here() -> str:
    """Say which environments there are for an error message. Empty if AWS does not tell at once."""
    config = Config(connect_timeout=2, read_timeout=2, retries={"total_max_attempts": 1})
    try:
        stages = deployed_stages(boto3.client("cloudformation", config=config))
    except (BotoCoreError, ClientError):
        stages = []
    return f". Deployed here: {', '.join(stages)}" if stages else ""


def _not_deployed(cloudformation: Any, stage: str, stack: str) -> str:
    """Say what is missing, and which environments there are."""
    try:
        stages = deployed_stages(cloudformation)
    except ClientError:  # whoever may describe a stack by name may not always list them
        stages = []
    if stage in stages or not stages:
        return f"{stage}-{stack} is not deployed in this account and region: npx cdk deploy '{stage}/*'"
    return (
        f"{stage} is not deployed in this account and region. Deployed: {', '.join(stages)}. "
        f"To deploy another: npx cdk deploy 'AGENCY-ENVIRONMENT/*'"
    )


def describe_stack(cloudformation: Any, name: str) -> dict[str, Any] | None:
    """Describe a stack, or return None if it does not exist in this account and region."""
    try:
        [found] = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return dict(found)
