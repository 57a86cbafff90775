"""Load agency files. Errors name the file, the key and what is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agencies.problems import describe
from agencies.settings import Settings
from agencies.validation import read_settings
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
    problems: list[str] = []
    if not isinstance(environments, dict) or not environments:
        problems.append("environments: missing: add at least one table such as [environments.dev]")
        environments = {"dev": {}}
    loaded: list[Settings] = []
    for name, own in environments.items():
        if not isinstance(own, dict):
            key = f"environments.{shown(name)}"
            problems.append(f"{key}: is not allowed here: put it into a table such as [environments.dev]")
            continue
        if "environment" in {**document, **own}:
            problems.append("environment: unknown key; did you mean environments?")
        settings = read_settings({**_merged(document, own), "environment": name})
        if isinstance(settings, Settings):
            loaded.append(settings)
        else:
            problems += [describe(problem, own, name) for problem in settings]
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
