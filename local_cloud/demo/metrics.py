"""Reads the embedded metrics of the functions' log lines. Nothing else is logged about a bystander."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homeward.deployment.outputs import Deployment


def metric_sums(deployment: Deployment, log_group: str, prefix: str) -> dict[str, int]:
    """Sum the metrics whose name starts with `prefix`. `log_group` is the name of the stack output."""
    sums: Counter[str] = Counter()
    for document in _json_lines(deployment, deployment[log_group], containing=prefix):
        if "_aws" in document:
            for name, value in document.items():
                if name.startswith(prefix):
                    sums[name] += round(sum(value) if isinstance(value, list) else value)
    return dict(sums)


def _json_lines(deployment: Deployment, log_group: str, *, containing: str) -> Iterator[dict[str, Any]]:
    # The emulator returns no page after the first 10,000 lines, so it must leave out the others.
    paginator = deployment.client("logs").get_paginator("filter_log_events")
    pages = paginator.paginate(logGroupName=log_group, filterPattern=f'"{containing}"')
    for page in pages:
        for event in page["events"]:
            with contextlib.suppress(json.JSONDecodeError):
                document = json.loads(event["message"])
                if isinstance(document, dict):
                    yield document
