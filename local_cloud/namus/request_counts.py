"""Counts of requests, with which tests assert how a client behaves."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from local_cloud.namus.switches import Kind

_KINDS = (
    (r"/robots\.txt", Kind.ROBOTS),
    (r"/api/casesets/namus/states", Kind.STATES),
    (r"/api/casesets/namus/\w+/search", Kind.SEARCH),
    (r"/api/casesets/namus/\w+/cases/\d+", Kind.CASE),
    (r"/api/casesets/namus/\w+/cases/\d+/images/\d+/(original|download)", Kind.IMAGE),
    (r"/api/casesets/namus/\w+/cases/\d+/images/(\d+/thumbnail|default/\w+)", Kind.THUMBNAIL),
)


def kind_of(path: str) -> Kind:
    """Classify a path in lower case."""
    return next((kind for pattern, kind in _KINDS if re.fullmatch(pattern, path)), Kind.OTHER)


@dataclass
class RequestCounts:
    """Counts since the start or the last reset, including requests that a fault hit."""

    kinds: Counter[str] = field(default_factory=Counter)
    paths: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    user_agents: Counter[str] = field(default_factory=Counter)
    bytes_sent: int = 0
    in_flight: int = 0
    max_concurrent: int = 0

    def begin(self, kind: Kind, method: str, path: str, user_agent: str) -> None:
        """Count a new request."""
        self.kinds[kind] += 1
        self.paths[f"{method} {path}"] += 1
        self.user_agents[user_agent] += 1
        self.in_flight += 1
        self.max_concurrent = max(self.max_concurrent, self.in_flight)

    def end(self, status: int | None) -> None:
        """Count the status of a response; None for a dropped connection."""
        self.statuses[str(status or "dropped")] += 1
        self.in_flight -= 1

    def reset(self) -> None:
        """Reset all counts except the number in flight."""
        for counts in (self.kinds, self.paths, self.statuses, self.user_agents):
            counts.clear()
        self.bytes_sent, self.max_concurrent = 0, self.in_flight

    def report(self) -> dict[str, Any]:
        """Make the JSON report. It has every kind, including those with a count of zero."""
        return {
            "total": self.kinds.total(),
            "kinds": {kind: self.kinds[kind] for kind in Kind},
            "paths": self.paths,
            "statuses": self.statuses,
            "user_agents": self.user_agents,
            "bytes_sent": self.bytes_sent,
            "max_concurrent": self.max_concurrent,
        }
