"""Reads agency files, and refuses a wrong one in clear words."""

from __future__ import annotations

import difflib
import re
import tomllib
from typing import TYPE_CHECKING, Any, get_args

from pydantic import ValidationError

from agencies.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class AgencyFileError(ValueError):
    """An agency file is wrong: one line an error, with the file, the key and what is allowed."""


def load_agencies(paths: Iterable[Path]) -> list[Settings]:
    """The environments of all these agency files.

    Raises:
        AgencyFileError: a file is wrong, or two of them are of the same agency.
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
        for name in dict.fromkeys(each.name for each in settings):  # an environment may have a name of its own
            if name in files:
                problems.append(f"{path}: name: {name!r} is not allowed: it is the name in {files[name]}")
            files.setdefault(name, path)
        loaded += settings
    if problems:
        raise AgencyFileError("\n".join(problems))
    return loaded


def load_agency(path: Path) -> list[Settings]:
    """The environments of an agency's file, each with its own values over the agency's.

    Raises:
        AgencyFileError: the file cannot be read, or any of its keys or values is not allowed.
    """
    document = _read(path)
    environments = document.pop("environments", None)
    if not isinstance(environments, dict) or not environments:
        raise AgencyFileError(f"{path}: environments: missing: at least one table such as [environments.dev]")
    loaded: list[Settings] = []
    problems: list[str] = []
    for name, own in environments.items():
        if not isinstance(own, dict):
            problems.append(f"environments.{name}: is not allowed: put it into a table such as [environments.dev]")
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
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AgencyFileError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise AgencyFileError(f"{path}: is not UTF-8 ({error.reason} at byte {error.start})") from error
    except tomllib.TOMLDecodeError as error:
        raise AgencyFileError(f"{path}: is not TOML: {error}") from error


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        both_tables = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merged(merged[key], value) if both_tables else value
    return merged


def _describe(problem: Any, own: dict[str, Any], environment: str) -> str:
    """One line: the key as it stands in the file, its value, and what is allowed."""
    location = list(problem["loc"])
    if location == ["environment"]:
        path = ["environments", environment]
    elif _is_in(own, location):
        path = ["environments", environment, *location]
    else:
        path = location
    key = ".".join(str(part) for part in path)
    if problem["type"] == "extra_forbidden":
        return f"{key}: unknown key{_suggestion(location)}"
    if problem["type"] == "missing":
        return f"{key}: missing"
    if problem["type"] == "value_error":
        return f"{key}: {problem['msg'].removeprefix('Value error, ')}"
    return f"{key}: {problem['input']!r} is not allowed: {re.sub(r'^[A-Z][a-z]+ should', 'must', problem['msg'])}"


def _is_in(table: Any, path: list[Any]) -> bool:
    for part in path:
        if not isinstance(table, dict) or part not in table:
            return False
        table = table[part]
    return True


def _suggestion(location: list[Any]) -> str:
    model: Any = Settings
    for part in location[:-1]:
        # A part of a list, or of a table whose keys are names, is of the type that its last argument says.
        model = model.model_fields[part].annotation if hasattr(model, "model_fields") else get_args(model)[-1]
    known = ["environments" if field == "environment" else field for field in model.model_fields]
    near = difflib.get_close_matches(str(location[-1]), known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; known are {', '.join(known)}"
