"""Who is signed in, and the roles that decide which routes that person may use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Role(StrEnum):
    """A group of the user pool. A person may have several; a person without any may only sign out."""

    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"


SUPERVISORS = frozenset({Role.SUPERVISOR})
REVIEWERS = frozenset({Role.REVIEWER, Role.SUPERVISOR})
AUDITORS = frozenset({Role.AUDITOR, Role.SUPERVISOR})
EVERYBODY = frozenset(Role)


@dataclass(frozen=True, kw_only=True)
class Person:
    """The person who is signed in. `name` is what the audit records.

    `session_key` is a secret of the session, which the links to pictures are signed with.
    """

    sub: str
    name: str
    groups: frozenset[Role]
    session_key: str = ""

    def has_one_of(self, roles: Iterable[Role]) -> bool:
        """Tell whether the person has one of these roles."""
        return not self.groups.isdisjoint(roles)


def known_roles(groups: Iterable[str]) -> frozenset[Role]:
    """Return the roles among the names of groups. A federated pool may have other groups too."""
    return frozenset(Role(group) for group in groups if group in set(Role))
