"""Looking into documents that may hold anything: what is absent, or not of the expected kind, is None."""

from typing import Any


def at(value: Any, *path: str) -> Any:
    """The member at the end of the path."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def scalar(value: Any) -> str | int | float | bool | None:
    """The value if a search result can show it."""
    return value if isinstance(value, (str, int, float)) else None


def entries(value: Any, *path: str) -> list[Any]:
    """The list at the end of the path; empty where there is none."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def without_nulls(value: Any) -> Any:
    """The value with null members of objects left out, at any depth."""
    if isinstance(value, dict):
        return {name: without_nulls(member) for name, member in value.items() if member is not None}
    if isinstance(value, list):
        return [without_nulls(member) for member in value]
    return value


def is_nested_deeper(value: Any, levels: int) -> bool:
    """Whether objects and lists lie inside each other in more than so many levels."""
    if not isinstance(value, (dict, list)):
        return False
    members = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(is_nested_deeper(member, levels - 1) for member in members)
