"""Load agency files. Errors name the file, the key and what is allowed."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any, get_args

from pydantic import ValidationError

from agencies.settings import Settings
from edge_device.toml_file import read_toml
from lambdas.common.outside_text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class AgencyFileError(ValueError):
    """One or more agency files are invalid. The message has one line per error."""


def load_agencies(paths: Iterable[Path]) -> list[Settings]:
    """Load the environments of several agency files.

    Raises:
        AgencyFileError: a file is invalid, or two files have the same agency name.
    """
    loaded: list[Settings] = []
    problems: list[str] = []
    files: dict[str, Path] = {}
    for path in paths:
        try:
            settings = load_agency(path)
        except AgencyFileError as error:
            problems.append(str(error))
            continue
        for name in dict.fromkeys(each.name for each in settings):  # an environment may override the name
            if name in files:
                problems.append(f"{path}: name: {name!r} is not allowed: {files[name]} has the same name")
            files.setdefault(name, path)
        loaded += settings
    if problems:
        raise AgencyFileError("\n".join(problems))
    return loaded


def load_agency(path: Path) -> list[Settings]:
    """Load the environments of one agency file. An environment's own values override the agency's.

    Raises:
        AgencyFileError: the file cannot be read, or a key or value is not allowed.
    """
    document = _read(path)
    environments = document.pop("environments", None)
    if not isinstance(environments, dict) or not environments:
        raise AgencyFileError(f"{path}: environments: missing: add at least one table such as [environments.dev]")
    loaded: list[Settings] = []
    problems: list[str] = []
    for name, own in environments.items():
        if not isinstance(own, dict):
            key = f"environments.{shown(name)}"
            problems.append(f"{key}: is not allowed here: put it into a table such as [environments.dev]")
            continue
        try:
            loaded.append(Settings.model_validate({**_merged(document, own), "environment": name}))
        except ValidationError as error:
            problems += [_describe(problem, own, name) for problem in error.errors()]
        if "environment" in {**document, **own}:
            problems.append("environment: unknown key; did you mean environments?")
    if problems:
        raise AgencyFileError("\n".join(f"{path}: {problem}" for problem in dict.fromkeys(problems)))
    return loaded


def _read(path: Path) -> dict[str, Any]:
    try:
        return read_toml(path)
    except OSError as error:
        raise AgencyFileError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise AgencyFileError(f"{path}: is {error}") from error


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        both_tables = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merged(merged[key], value) if both_tables else value
    return merged


def _describe(problem: Any, own: dict[str, Any], environment: str) -> str:
    """Describe an error on one line: the key as the file spells it, its value, and what is allowed."""
    location = list(problem["loc"])
    if location == ["environment"]:
        path = ["environments", environment]
    elif _is_in(own, location):
        path = ["environments", environment, *location]
    else:
        path = location
    key = ".".join(shown(str(part)) for part in path)
    if problem["type"] == "extra_forbidden":
        return f"{key}: unknown key{_suggestion(location)}"
    if problem["type"] == "missing":
        return f"{key}: missing"
    if problem["type"] == "value_error":
        return f"{key}: {problem['msg'].removeprefix('Value error, ')}"
    allowed = re.sub(r"^[A-Z][a-z]+ should", "must", problem["msg"])
    return f"{key}: {shown(repr(problem['input']))} is not allowed: {allowed}"


def _is_in(table: Any, path: list[Any]) -> bool:
    for part in path:
        if not isinstance(table, dict) or part not in table:
            return False
        table = table[part]
    return True


def _suggestion(location: list[Any]) -> str:
    model: Any = Settings
    for part in location[:-1]:
        # The items of a list, and of a dict of tables, have the type of the last type argument.
        model = model.model_fields[part].annotation if hasattr(model, "model_fields") else get_args(model)[-1]
    known = ["environments" if field == "environment" else field for field in model.model_fields]
    near = difflib.get_close_matches(str(location[-1]), known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; the known keys are {', '.join(known)}"
