"""What was asked of the stand-in, so that a test can assert how a client behaved."""

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
    """What a path, in lower case, asks for."""
    return next((kind for pattern, kind in _KINDS if re.fullmatch(pattern, path)), Kind.OTHER)


@dataclass
class Requests:
    """Counts since the start or the last reset; a request that a fault hit counts like any other."""

    kinds: Counter[str] = field(default_factory=Counter)
    paths: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    user_agents: Counter[str] = field(default_factory=Counter)
    bytes_sent: int = 0
    under_way: int = 0
    most_at_once: int = 0

    def begin(self, kind: Kind, method: str, path: str, user_agent: str) -> None:
        """A request came."""
        self.kinds[kind] += 1
        self.paths[f"{method} {path}"] += 1
        self.user_agents[user_agent] += 1
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)

    def end(self, status: int | None) -> None:
        """It was answered, or dropped (None)."""
        self.statuses[str(status or "dropped")] += 1
        self.under_way -= 1

    def reset(self) -> None:
        """Forget everything but what is under way."""
        for counts in (self.kinds, self.paths, self.statuses, self.user_agents):
            counts.clear()
        self.bytes_sent, self.most_at_once = 0, self.under_way

    def report(self) -> dict[str, Any]:
        """For JSON; every kind is named, so that zero is a number and not an absence."""
        return {
            "total": self.kinds.total(),
            "kinds": {kind: self.kinds[kind] for kind in Kind},
            "paths": self.paths,
            "statuses": self.statuses,
            "user_agents": self.user_agents,
            "bytes_sent": self.bytes_sent,
            "most_at_once": self.most_at_once,
        }
