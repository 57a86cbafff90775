"""Compares the permissions that were used with those that are granted."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from local_cloud.permissions.encryption import key_uses
from local_cloud.permissions.statements import Permission, allows, grants, key_policy_allows
from local_cloud.settings import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from local_cloud.permissions.record import Record


@dataclass(frozen=True)
class Reason:
    """Why grants are right that no test can be seen to use. The three patterns match a grant, e.g. "<Sync/*>".

    `is_sometimes_used` is for what depends on timing: such a reason may be without an unused grant.
    """

    role: str
    action: str
    resource: str
    text: str
    is_sometimes_used: bool = False

    def covers(self, grant: Permission) -> bool:
        """Tell whether this is the reason of a grant."""
        pairs = ((grant.role, self.role), (grant.action, self.action), (grant.resource, self.resource))
        # A `?` in a resource is a wildcard of IAM's, and matches itself.
        return all(fnmatchcase(text, pattern) for text, pattern in pairs)


@dataclass
class Report:
    """The permissions of all records, with readable names, so that clouds with other stages count together.

    Attributes:
        checks: Permissions that the emulator checked, or that follow from what AWS services and KMS do.
        denials: Those that no policy allows.
        grants: Actions on resources that policies allow.
        unused: Grants that nobody used and that have no reason.
        excused: Grants that nobody used and that have a reason.
        stale_reasons: Reasons that no unused grant needs.
    """

    checks: set[Permission] = field(default_factory=set)
    denials: set[Permission] = field(default_factory=set)
    grants: set[Permission] = field(default_factory=set)
    unused: set[Permission] = field(default_factory=set)
    excused: set[Permission] = field(default_factory=set)
    stale_reasons: list[Reason] = field(default_factory=list)

    @property
    def figures(self) -> dict[str, int]:
        """The number of each kind."""
        return {
            "permission_checks": len(self.checks),
            "denials": len(self.denials),
            "grants": len(self.grants),
            "grants_unused": len(self.unused),
            "grants_unused_with_a_reason": len(self.excused),
        }

    @property
    def passed(self) -> bool:
        """Whether no grant is missing and none is unneeded."""
        return not (self.denials or self.unused or self.stale_reasons)


def make_report(records: Iterable[Record], reasons: Iterable[Reason]) -> Report:
    """Compare what was used in any cloud with what was granted in any cloud."""
    report = Report()
    for record in records:
        _add(report, record)
    unneeded = {grant for grant in report.grants if not _used(grant, report.checks)}
    report.excused = {grant for grant in unneeded if any(reason.covers(grant) for reason in reasons)}
    report.unused = unneeded - report.excused
    report.stale_reasons = [
        reason for reason in reasons if not (reason.is_sometimes_used or any(map(reason.covers, report.excused)))
    ]
    return report


def _add(report: Report, record: Record) -> None:
    deployed = record.deployed

    def readable(permissions: Iterable[Permission]) -> set[Permission]:
        parts = (dataclasses.astuple(permission) for permission in permissions)
        return {Permission(*(deployed.readable(part) for part in each)) for each in parts}

    granted = {grant for role, allowed in deployed.roles.items() for grant in grants(role, allowed)}
    # Roles of the CDK's bootstrap stack deploy; they are not Homeward's.
    ours = {use for use in record.allowed | record.denied if use.role in deployed.roles}
    derived = set(deployed.service_uses)
    derived |= set(key_uses(deployed, ours | derived))
    report.checks |= readable(ours | derived)
    report.grants |= readable(granted)
    report.denials |= readable((record.denied & ours) | set(_missing(record, granted, derived)))


def _missing(record: Record, granted: set[Permission], derived: set[Permission]) -> Iterator[Permission]:
    """Yield derived uses that a role's policies, or the key's policy, do not allow."""
    for use in derived:
        key_policy = record.deployed.key_policies.get(use.resource)
        by_key = key_policy is None or key_policy_allows(key_policy, use.action, ACCOUNT)
        if not by_key or not any(allows(grant, use) for grant in granted):
            yield use


def _used(grant: Permission, uses: set[Permission]) -> bool:
    return any(allows(grant, use) for use in uses)
