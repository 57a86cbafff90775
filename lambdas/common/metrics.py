"""Publish a function's metrics to CloudWatch, as log lines in the embedded metric format.

Why this is not Powertools: the cold start (see batch.py). The format:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
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

_MAX_VALUES = 100  # the format's limit for one metric in one line


class Metrics:
    """The metrics of one invocation, published when it ends, even if it fails."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._times: defaultdict[str, list[float]] = defaultdict(list)

    def count(self, name: str, number: int = 1) -> None:
        """Add to a count."""
        self._counts[name] += number

    def time(self, name: str, milliseconds: float) -> None:
        """Add one duration; CloudWatch computes percentiles over all of them."""
        self._times[name].append(milliseconds)
        if len(self._times[name]) == _MAX_VALUES:
            self._publish()

    def published(self, handler: Callable[P, T]) -> Callable[P, T]:
        """Wrap a handler so that its metrics are published."""

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
