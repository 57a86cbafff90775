"""A deployed environment of an agency, found through the outputs of its stacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

STACKS = ("Ingest", "Detection", "Alerting", "Fleet", "Review", "Sync")
OPTIONAL = ("Feeds",)  # only where the agency's file asks for it


class NotDeployedError(RuntimeError):
    """The account and region have no such environment; the text says what to do."""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One stage, e.g. `springfield-dev`: the names of its resources, and clients to reach them.

    `client` makes a boto3 client from a service's name.
    """

    stage: str
    outputs: Mapping[str, str]
    client: Callable[[str], Any]

    def __getitem__(self, output: str) -> str:
        """The value of a stack's output, e.g. the name of a bucket.

        Raises:
            NotDeployedError: no stack of the stage has this output.
        """
        if output not in self.outputs:
            raise NotDeployedError(f"{self.stage} has no output {output}: deploy it again, it is too old")
        return self.outputs[output]


def find_deployment(stage: str, client: Callable[[str], Any]) -> Deployment:
    """Read the outputs of the stage's stacks.

    Raises:
        NotDeployedError: one of the stacks does not exist in this account and region.
    """
    outputs: dict[str, str] = {}
    cloudformation = client("cloudformation")
    for stack in (*STACKS, *OPTIONAL):
        try:
            [found] = cloudformation.describe_stacks(StackName=f"{stage}-{stack}")["Stacks"]
        except ClientError as error:
            if "does not exist" not in str(error):
                raise
            if stack in OPTIONAL:
                continue
            raise NotDeployedError(
                f"{stage}-{stack} is not deployed in this account and region: npx cdk deploy '{stage}/*'"
            ) from error
        outputs |= {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
    return Deployment(stage=stage, outputs=outputs, client=client)
