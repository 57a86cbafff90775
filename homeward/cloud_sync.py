"""Start a sync in the deployed state machine, and follow it to its end."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from homeward.exit_codes import FAILED, REFUSED
from homeward.progress import progress
from homeward.sync_report import REFUSALS, exit_code
from lambdas.ingest.wiring import open_runs

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment

_POLL_SECONDS = 2.0
_REFUSALS = frozenset(refusal.__name__ for refusal in REFUSALS)


def run_in_cloud(deployment: Deployment, source: str, *, allow_removals: bool) -> tuple[dict[str, Any], int]:
    """Run one sync in the cloud, and return its report and exit code."""
    machines = deployment.client("stepfunctions")
    started = machines.start_execution(
        stateMachineArn=deployment["SyncStateMachine"],
        input=json.dumps({"source": source, "allow_removals": allow_removals}),
    )
    execution = _follow(machines, started["executionArn"], source)
    if execution["status"] == "SUCCEEDED":
        report = open_runs(deployment).last_report(source) or {}
        return report, exit_code(report)
    error_type, reason = _failure(execution)
    counts = dict.fromkeys(("listed", "to_fetch", "failed", "quarantined", "removed", "encounters_withdrawn"), 0)
    report = {"source": source, "outcomes": {}, "error": f"{source}: {execution['status']}: {reason}", **counts}
    return report, REFUSED if error_type in _REFUSALS else FAILED


def _follow(machines: Any, arn: str, source: str) -> dict[str, Any]:
    """Poll the execution until it ends, and return its description."""
    with progress(f"{source}: listing ({arn})") as advance:
        while True:
            execution: dict[str, Any] = machines.describe_execution(executionArn=arn)
            if execution["status"] != "RUNNING":
                return execution
            if counts := _fetch_counts(machines, arn):
                advance(f"{source}: fetching", done=counts["succeeded"] + counts["failed"], total=counts["total"])
            time.sleep(_POLL_SECONDS)


def _fetch_counts(machines: Any, arn: str) -> dict[str, int]:
    """Return the item counts of the Map state over the cases. Empty until the source is listed."""
    runs = machines.list_map_runs(executionArn=arn)["mapRuns"]
    if not runs:
        return {}
    counts: dict[str, int] = machines.describe_map_run(mapRunArn=runs[0]["mapRunArn"])["itemCounts"]
    return counts


def _failure(execution: dict[str, Any]) -> tuple[str, str]:
    """Return the type and message of the exception that failed the execution, without the traceback."""
    error_type, cause = execution.get("error", ""), execution.get("cause") or "no reason given"
    try:
        raised = json.loads(cause)
        return str(raised["errorType"]), str(raised["errorMessage"])
    except (ValueError, TypeError, KeyError):
        return error_type, cause
