"""Record who looks at what: once in some minutes, as for the link of an alert."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.encounters.attempts import ONE_LOOK, Attempts, attempts_key
from lambdas.review.audit import Via

if TYPE_CHECKING:
    from lambdas.console.person import Person
    from lambdas.console.services import Services
    from lambdas.review.audit import AuditKind


def record_look(services: Services, person: Person, about: str, kind: AuditKind, note: str | None = None) -> None:
    """Audit a person's first look of some minutes. The others are the same look, as when a page is reloaded."""
    at = services.now()
    attempts = Attempts(dynamodb=services.dynamodb, table=services.encounters_table)
    key = attempts_key("look", about, person.sub, kind.value, note or "")
    if attempts.count(key, now=at, period=ONE_LOOK) == 1:
        services.audit.add(about, kind, by=person.name, at=at, via=Via.CONSOLE, note=note)
