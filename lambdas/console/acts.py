"""The audit of what people do in the console that is about no single encounter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.review.audit import Via

if TYPE_CHECKING:
    from datetime import datetime

    from lambdas.console.person import Person
    from lambdas.console.services import Services
    from lambdas.review.audit import AuditKind


def acts_key(day: datetime) -> str:
    """Return the key under which the audit keeps the acts of a day, in place of an encounter's id."""
    return f"console#{day:%Y-%m-%d}"


def record_act(services: Services, person: Person, kind: AuditKind, note: str | None = None) -> None:
    """Record a sign-in, a search, an export or a refusal under the person's name."""
    at = services.now()
    services.audit.add(acts_key(at), kind, by=person.name, at=at, via=Via.CONSOLE, note=note)
