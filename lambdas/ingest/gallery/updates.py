"""Build DynamoDB updates from changed attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas.common.dynamodb import to_attributes

if TYPE_CHECKING:
    from collections.abc import Mapping


def update_request(
    changes: Mapping[str, Any], *, names: Mapping[str, str] | None = None, values: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Build an UpdateItem request that sets attributes, and removes those whose new value is None.

    `names` and `values` are the placeholders of the request's condition, such as `#status` and `:open`.
    """
    kept = ", ".join(f"#{name} = :{name}" for name, value in changes.items() if value is not None)
    removed = ", ".join(f"#{name}" for name, value in changes.items() if value is None)
    return {
        "UpdateExpression": (f"SET {kept} " if kept else "") + (f"REMOVE {removed}" if removed else ""),
        "ExpressionAttributeNames": {f"#{name}": name for name in changes} | dict(names or {}),
        "ExpressionAttributeValues": to_attributes(
            {f":{name}": value for name, value in changes.items()} | dict(values or {})
        ),
    }
