"""What an error says about the environments that there are."""

from __future__ import annotations

import boto3
import pytest
from botocore.stub import Stubber

from homeward.deployment.outputs import NotDeployedError, find_deployment


def missing_in(stage: str, *, stacks: tuple[str, ...]) -> str:
    """Return the error about a stage in an account with these stacks, of which the first one asked for is missing."""
    client = boto3.client("cloudformation", "us-east-1")
    with Stubber(client) as answers:
        answers.add_client_error("describe_stacks", "ValidationError", "Stack with id x does not exist")
        summaries = [
            {"StackName": name, "CreationTime": "2026-11-23", "StackStatus": "CREATE_COMPLETE"} for name in stacks
        ]
        answers.add_response("list_stacks", {"StackSummaries": summaries})
        with pytest.raises(NotDeployedError) as raised:
            find_deployment(stage, lambda _: client)
    return str(raised.value)


STACKS = ("demo-dev-Ingest", "demo-dev-Detection", "oak-prod-Ingest", "another-Ingest", "CDKToolkit")


@pytest.mark.parametrize("stage", ["demo", "demo-prod", "oak"])
def test_unknown_environment_names_those_deployed(stage: str) -> None:
    text = missing_in(stage, stacks=STACKS)
    assert text.startswith(f"{stage} is not deployed in this account and region. Deployed: demo-dev, oak-prod. ")


@pytest.mark.parametrize("stacks", [(), STACKS])
def test_missing_stack_is_named_where_there_is_nothing_else(stacks: tuple[str, ...]) -> None:
    assert missing_in("oak-prod", stacks=stacks).startswith("oak-prod-Ingest is not deployed")
