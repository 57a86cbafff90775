"""Statements of policies, and whether they match a use of a permission."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Statement = dict[str, Any]


@dataclass(frozen=True, order=True)
class Permission:
    """An action of a role on a resource: granted by a policy, or used."""

    role: str
    action: str
    resource: str


def statements(policy: str | dict[str, Any]) -> list[Statement]:
    """Return the statements of a policy document."""
    document = json.loads(policy) if isinstance(policy, str) else policy
    return as_list(document["Statement"])


def grants(role: str, policies: Iterable[Statement]) -> Iterator[Permission]:
    """Yield each action on each resource that statements of a role allow."""
    for statement in policies:
        if statement["Effect"] == "Allow":
            for action in as_list(statement["Action"]):
                for resource in as_list(statement["Resource"]):
                    yield Permission(role, action, resource)


def allows(grant: Permission, use: Permission) -> bool:
    """Tell whether a grant allows a use. The resource of a use may end with a wildcard too."""
    return (
        grant.role == use.role
        and _matches(use.action.lower(), grant.action.lower())
        and (_matches(use.resource, grant.resource) or _matches(grant.resource, use.resource))
    )


def key_policy_allows(policy: Iterable[Statement], action: str, account: str) -> bool:
    """Tell whether a key policy leaves an action to the IAM policies of its account."""
    return any(
        statement["Effect"] == "Allow"
        and f"arn:aws:iam::{account}:root" in as_list(statement.get("Principal", {}).get("AWS", []))
        and any(_matches(action.lower(), pattern.lower()) for pattern in as_list(statement["Action"]))
        for statement in policy
    )


def as_list(value: Any) -> list[Any]:
    """Return a list: IAM policies write a list with one item as the item."""
    return value if isinstance(value, list) else [value]


def _matches(text: str, pattern: str) -> bool:
    return text == pattern or bool(_compiled(pattern).fullmatch(text))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."))
