"""Describe on one line what is wrong with a value: its key in the file, what is allowed, and the likely value."""

from __future__ import annotations

from typing import Any

from agencies.settings import Settings
from edge_device.wording.settings import known_key, reason
from lambdas.common.outside_text import shown

# Keys that earlier versions read.
_BY_RULE = "dismissals now raise what a case needs by a rule without settings"
_REMOVED = {"dismissal_limit": _BY_RULE, "dismissal_threshold_increase": _BY_RULE}


def describe(problem: Any, own: dict[str, Any], environment: str) -> str:
    """Describe a problem that pydantic found in an environment with these own values."""
    location = list(problem["loc"])
    if location == ["environment"]:
        path = ["environments", environment]
    elif _is_in(own, location):
        path = ["environments", environment, *location]
    else:
        path = location
    key = ".".join(shown(str(part)) for part in path)
    if problem["type"] == "extra_forbidden":
        if location[-1] in _REMOVED:
            return f"{key}: unknown key; delete it: {_REMOVED[location[-1]]}"
        return f"{key}: unknown key{known_key(Settings, location, names={'environment': 'environments'})}"
    return f"{key}: {'missing' if problem['type'] == 'missing' else reason(problem, key)}"


def _is_in(table: Any, path: list[Any]) -> bool:
    for part in path:
        if not isinstance(table, dict) or part not in table:
            return False
        table = table[part]
    return True
