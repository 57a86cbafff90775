"""What a function counts and times, for CloudWatch: one line in its log, in the embedded metric format.

The format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import functools
import json
import os
import time
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")

_MOST_VALUES = 100  # of one metric in one line, as the format has it


class Metrics:
    """The metrics of one invocation; they are published together when it ends, also where it fails."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._times: defaultdict[str, list[float]] = defaultdict(list)

    def count(self, name: str, number: int = 1) -> None:
        """Add to the sum of what happened so often."""
        self._counts[name] += number

    def time(self, name: str, milliseconds: float) -> None:
        """Add one duration, so that CloudWatch has its percentiles."""
        self._times[name].append(milliseconds)
        if len(self._times[name]) == _MOST_VALUES:
            self._publish()

    def published(self, handler: Callable[P, T]) -> Callable[P, T]:
        """Publish what the handler counted and timed."""

        @functools.wraps(handler)
        def with_metrics(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return handler(*args, **kwargs)
            finally:
                self._publish()

        return with_metrics

    def _publish(self) -> None:
        values: dict[str, Any] = {**self._counts, **self._times}
        units = dict.fromkeys(self._counts, "Count") | dict.fromkeys(self._times, "Milliseconds")
        self._counts, self._times = Counter(), defaultdict(list)
        if not values:
            return
        directive = {
            "Namespace": os.environ["METRICS_NAMESPACE"],
            "Dimensions": [["service"]],
            "Metrics": [{"Name": name, "Unit": unit} for name, unit in units.items()],
        }
        stamp = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
        print(json.dumps({"_aws": stamp, "service": os.environ["SERVICE_NAME"], **values}))
