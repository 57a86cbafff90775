"""Validate the settings of one environment, and find every problem instead of the first of each table.

pydantic checks the rules between values only where the values themselves are right. So a wrong value gets a stand-in,
and the settings are validated again, until no further problem comes to light.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from agencies.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_ROUNDS = 5
# Right values that break no rule between values. Any other wrong value is left out, so that its default applies.
_STAND_INS: dict[str, Any] = {
    "name": "stand-in-{}",
    "environment": "dev",
    "display_name": "Stand-in",
    "contact": "stand-in@agency.example",
    "alerting": {"console_url": "https://stand-in.example"},
    "console_url": "https://stand-in.example",
    "base_url": "https://stand-in.example",
    "url": "https://stand-in-{}.example",
    "permission": "A stand-in for whoever allowed it",
    "sms": "+150355500{:02}",
    "email": "stand-in-{}@agency.example",
    "webhook": "https://stand-in-{}.example",
    "review_threshold": 0,
    "alert_threshold": 100,
    "alone_threshold": 100,
    "review_deadline_days": 1,
    "encounter_days": 3650,
}


def read_settings(document: dict[str, Any]) -> Settings | list[Any]:
    """Return the settings, or all problems as pydantic describes them."""
    country = document.get("country", "US")
    context = {"country": country if isinstance(country, str) else "US"}
    problems: dict[tuple[Any, ...], Any] = {}
    patched = copy.deepcopy(document)
    for _ in range(_MAX_ROUNDS):
        try:
            settings = Settings.model_validate(patched, context=context)
        except ValidationError as error:
            new = [problem for problem in error.errors() if (problem["loc"], problem["type"]) not in problems]
        else:
            return list(problems.values()) or settings
        if not new:
            break
        for problem in new:
            problems[problem["loc"], problem["type"]] = problem
            _stand_in(patched, problem["loc"], len(problems))
    return list(problems.values())


def _stand_in(document: dict[str, Any], location: Sequence[Any], number: int) -> None:
    """Replace the wrong value, or remove it. Of a list, this removes the whole: its other positions must not move."""
    table: Any = document
    names = [part for part in location if not isinstance(part, int)]
    for part in location[:-1]:
        following = table.get(part) if isinstance(table, dict) else table[part]
        if not isinstance(following, dict | list):
            break
        table = following
    key = location[-1] if location else None
    if isinstance(table, list):
        _stand_in(document, location[: location.index(names[-1]) + 1], number)
    elif key in _STAND_INS:
        value = _STAND_INS[key]
        table[key] = value.format(number) if isinstance(value, str) else value
        if key == "alert_threshold":  # the table's own alone_threshold was compared with the wrong value
            table.pop("alone_threshold", None)
    elif isinstance(table, dict):
        table.pop(key, None)
