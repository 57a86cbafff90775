"""Say what is wrong with a setting, what is allowed, and which value was probably meant."""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from edge_device.wording.likely import closest, did_you_mean, number_in, percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_MAX_SHOWN = 200
_BOOLEANS = {"true": "true", "yes": "true", "on": "true", "1": "true"}
_BOOLEANS |= {"false": "false", "no": "false", "off": "false", "0": "false"}
_TYPES = {
    "model_type": "must be a table",
    "dict_type": "must be a table",
    "string_type": "must be text in quotation marks",
    "list_type": "must be a list in square brackets",
    "tuple_type": "must be a list in square brackets",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "path_type": "must be a path in quotation marks",
}
_NUMBERS = {"float_type", "float_parsing", "int_type", "int_parsing"}
_LIMITS = {"less_than": "lt", "less_than_equal": "le"}


def reason(problem: Any, key: str, *, patterns: Mapping[str, str] | None = None, is_secret: bool = False) -> str:
    """Say why a value is not allowed, and which one was probably meant.

    Args:
        problem: as pydantic describes it.
        key: the setting's name.
        patterns: what each pattern of the model allows, in words.
        is_secret: whether to keep the value out of the text.
    """
    kind, value = problem["type"], problem["input"]
    if kind == "value_error":
        text: str = problem["msg"]
        return text.removeprefix("Value error, ")
    allowed = _TYPES.get(kind) or re.sub(r"^[A-Z][a-z]+ should", "must", problem["msg"])
    if kind == "string_pattern_mismatch" and patterns:
        allowed = f"must be {patterns[problem['ctx']['pattern']]}"
    elif kind == "list_type" and isinstance(value, dict):
        allowed = f"must be a list of tables; write [[{key}]]"
    elif isinstance(value, str) and kind in {"bool_type", *_NUMBERS}:
        allowed += ", without quotation marks"
    if is_secret:
        return f"the value is not allowed: {allowed}"
    return f"{quoted(value)} is not allowed: {allowed}{did_you_mean(_likely_value(problem, key))}"


def quoted(value: object) -> str:
    """Return the start of a value as a message quotes it."""
    text = repr(value)
    printable = text if text.isprintable() else ascii(text)
    return printable if len(printable) <= _MAX_SHOWN else f"{printable[:_MAX_SHOWN]}..."


def known_key(root: type[BaseModel], location: list[Any], *, names: Mapping[str, str] | None = None) -> str:
    """Say which known key was meant, or in which table this key belongs.

    Args:
        root: the model of the whole file.
        location: the path of the unknown key.
        names: how the file spells fields that have another name in the model.
    """
    names = names or {}
    model: Any = root
    for part in location[:-1]:
        # The items of a list, and of a dict of tables, have the type of the last type argument.
        model = model.model_fields[part].annotation if hasattr(model, "model_fields") else get_args(model)[-1]
    key = str(location[-1])
    known = [names.get(field, field) for field in model.model_fields]
    places = sorted({place for name, place in _places(root, "") if name == key and name not in names})
    if places and model is not root and "" in places:
        return "; it belongs at the top of the file, before the first [table]"
    if len(places) == 1:
        return f"; it belongs in [{places[0]}]"
    near = closest(key, known)
    return did_you_mean(near) if near else f"; the known keys are {', '.join(known)}"


def _places(model: type[BaseModel], place: str) -> Iterator[tuple[str, str]]:
    """Yield each known key with the table that it belongs in."""
    for name, field in model.model_fields.items():
        yield name, place
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _places(field.annotation, f"{place}.{name}".lstrip("."))


def _likely_value(problem: Any, key: str) -> str | None:
    kind, value = problem["type"], problem["input"]
    likely: str | None = None
    if kind == "literal_error":
        likely = _likely_choice(problem["ctx"]["expected"], value)
    elif kind == "string_type" and type(value) is int:
        likely = f'"{value}"'
    elif kind == "string_pattern_mismatch":
        likely = re.sub(r"[^a-zA-Z0-9_-]+", "-", str(value).strip()).strip("-")[:64] or None
    elif kind == "list_type" and isinstance(value, str):
        likely = f'["{value}"]'
    elif kind in {"bool_type", "bool_parsing"}:
        likely = _BOOLEANS.get(str(value).casefold())
    elif isinstance(value, str) and kind in _NUMBERS:
        likely = number_in(value[:100], key)
    elif kind in {"int_type", "int_from_float"} and isinstance(value, float) and isfinite(value):
        likely = f"{(percent(value) if 'percent' in key else None) or round(value) or 1:.15g}"
    elif kind in _LIMITS and problem["ctx"][_LIMITS[kind]] == 1 and 1 < value <= 100:
        likely = f"{value / 100:.6g}"  # a percentage where a fraction is meant
    return quoted(likely)[1:-1] if likely else None


def _likely_choice(expected: str, value: object) -> str | None:
    """Return the allowed value that is next to a number, or that a text misspells."""
    texts: Iterable[str] = re.findall(r"'([^']*)'", expected)
    numbers: list[str] = re.findall(r"\b\d+\b", expected)
    if isinstance(value, str):
        return closest(value, [*texts, *numbers])
    if not numbers or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return min(numbers, key=lambda number: abs(int(number) - value))
