"""Access to JSON values of any shape. A missing value, or one of another type, is None."""

from typing import Any


def at(value: Any, *path: str) -> Any:
    """Get the member at the end of the path."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def scalar(value: Any) -> str | int | float | bool | None:
    """Return the value if it is a scalar, else None."""
    return value if isinstance(value, (str, int, float)) else None


def entries(value: Any, *path: str) -> list[Any]:
    """Get the list at the end of the path; empty if there is none."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def without_nulls(value: Any) -> Any:
    """Drop null members of objects, at any depth."""
    if isinstance(value, dict):
        return {name: without_nulls(member) for name, member in value.items() if member is not None}
    if isinstance(value, list):
        return [without_nulls(member) for member in value]
    return value


def is_deeper_than(value: Any, levels: int) -> bool:
    """Tell whether objects and lists are nested in more than `levels` levels."""
    if not isinstance(value, (dict, list)):
        return False
    members = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(is_deeper_than(member, levels - 1) for member in members)
