"""Runs the deployed state machine that syncs the gallery with a source."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local_cloud.demo.watch import NotSeenError, wait_until

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment


def sync(deployment: Deployment, source: str, *, timeout_s: float = 120) -> None:
    """Run one sync and wait for its end.

    Raises:
        NotSeenError: The sync failed or timed out.
    """
    machines = deployment.client("stepfunctions")
    started = machines.start_execution(
        stateMachineArn=deployment["SyncStateMachine"], input=json.dumps({"source": source, "allow_removals": False})
    )

    def ended() -> dict[str, Any] | None:
        execution: dict[str, Any] = machines.describe_execution(executionArn=started["executionArn"])
        return None if execution["status"] == "RUNNING" else execution

    execution = wait_until(f"the end of the sync of {source}", ended, timeout_s=timeout_s)
    if execution["status"] != "SUCCEEDED":
        raise NotSeenError(f"the sync of {source} {execution['status']}: {execution.get('cause')}")
