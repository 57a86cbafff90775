"""Describe on one line what is wrong with a value: its key in the file, what is allowed, and the likely value."""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from agencies.likely import closest, did_you_mean, number_in, percent
from agencies.settings import Settings
from lambdas.common.outside_text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOOLEANS = {
    "true": "true",
    "yes": "true",
    "on": "true",
    "1": "true",
    "false": "false",
    "no": "false",
    "off": "false",
    "0": "false",
}
_TYPES = {
    "model_type": "must be a table",
    "dict_type": "must be a table",
    "string_type": "must be text in quotation marks",
    "list_type": "must be a list in square brackets",
    "bool_type": "must be true or false",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
}


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
        return f"{key}: unknown key{_known_key(location)}"
    if problem["type"] == "missing":
        return f"{key}: missing"
    return f"{key}: {reason(problem, key)}"


def reason(problem: Any, key: str) -> str:
    """Say why a value is not allowed, and which is the likely one."""
    if problem["type"] == "value_error":
        text: str = problem["msg"]
        return text.removeprefix("Value error, ")
    value = problem["input"]
    allowed = _TYPES.get(problem["type"]) or re.sub(r"^[A-Z][a-z]+ should", "must", problem["msg"])
    if problem["type"] == "list_type" and isinstance(value, dict):
        allowed = f"must be a list of tables; write [[{key}]]"
    elif isinstance(value, str) and problem["type"] in {"bool_type", "float_type", "int_type"}:
        allowed += ", without quotation marks"
    return f"{shown(repr(value))} is not allowed: {allowed}{did_you_mean(_likely_value(problem, key))}"


def _likely_value(problem: Any, key: str) -> str | None:
    kind, value = problem["type"], problem["input"]
    likely = None
    if kind == "literal_error":
        likely = _likely_choice(problem["ctx"]["expected"], value)
    elif kind == "string_type" and type(value) is int:
        likely = f'"{value}"'
    elif kind == "list_type" and isinstance(value, str):
        likely = f'["{value}"]'
    elif kind == "bool_type":
        likely = _BOOLEANS.get(str(value).casefold())
    elif kind in {"float_type", "int_type"} and isinstance(value, str):
        likely = number_in(value[:100])
    elif kind in {"int_type", "int_from_float"} and isinstance(value, float) and isfinite(value):
        likely = f"{(percent(value) if 'percent' in key else None) or round(value) or 1:.15g}"
    return likely and shown(likely)


def _likely_choice(expected: str, value: object) -> str | None:
    """Return the allowed value that is next to a number, or that a text misspells."""
    if isinstance(value, str):
        return closest(value, [*re.findall(r"'([^']*)'", expected), *re.findall(r"\b\d+\b", expected)])
    numbers = [int(number) for number in re.findall(r"\b\d+\b", expected)]
    if not numbers or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return str(min(numbers, key=lambda number: abs(number - value)))


def _is_in(table: Any, path: list[Any]) -> bool:
    for part in path:
        if not isinstance(table, dict) or part not in table:
            return False
        table = table[part]
    return True


def _known_key(location: list[Any]) -> str:
    """Say which known key was meant, or in which table this key belongs."""
    model: Any = Settings
    for part in location[:-1]:
        # The items of a list, and of a dict of tables, have the type of the last type argument.
        model = model.model_fields[part].annotation if hasattr(model, "model_fields") else get_args(model)[-1]
    name = str(location[-1])
    known = ["environments" if field == "environment" else field for field in model.model_fields]
    places = sorted({place for key, place in _places(Settings, "") if key == name})
    if places and model is not Settings and "" in places:
        return "; it belongs at the top of the file, before the first [table]"
    if len(places) == 1:
        return f"; it belongs in [{places[0]}]"
    near = closest(name, known)
    return did_you_mean(near) if near else f"; the known keys are {', '.join(known)}"


def _places(model: type[BaseModel], place: str) -> Iterator[tuple[str, str]]:
    """Yield each known key with the table that it belongs in."""
    for name, field in model.model_fields.items():
        if name != "environment":
            yield name, place
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from _places(annotation, f"{place}.{name}".lstrip("."))
