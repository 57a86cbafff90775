"""What there is to tell, and the form that a message has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from lambdas.encounters.encounter import Encounter, Notice, NoticeKind

if TYPE_CHECKING:
    from lambdas.alerting.audience import Facts


class Message(Protocol):
    """What there is to tell, in the form that each channel takes, in a language."""

    def subject(self, language: str) -> str:
        """One line of ASCII."""
        ...

    def sms(self, language: str) -> str:
        """GSM-7, three segments at most."""
        ...

    def email(self, language: str) -> str:
        """Plain text."""
        ...

    def document(self, alert_id: str, language: str) -> str:
        """JSON."""
        ...


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """A notice, a first alert too, with its message; `facts` is None where it is about no encounter."""

    notice: Notice
    facts: Facts | None
    message: Message


def as_notice(record: Encounter | Notice) -> Notice:
    """A first alert as a notice, whose key is the encounter's own id."""
    if isinstance(record, Notice):
        return record
    return Notice(
        encounter_id=record.encounter_id,
        about=record.encounter_id,
        notice=NoticeKind.FIRST,
        created_at=record.timeline.encountered_at,
        alert_attempts=record.alert_attempts,
    )
