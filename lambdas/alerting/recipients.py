"""Whom the agency's file names, as the functions get it: one JSON document in `RECIPIENTS`, without their addresses."""

from __future__ import annotations

from datetime import time
from enum import StrEnum

import msgspec

from lambdas.cases.case import CaseType


class Channel(StrEnum):
    """How a recipient is reached."""

    SMS = "sms"
    EMAIL = "email"
    WEBHOOK = "webhook"
    CHAT = "chat"


class Filter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a recipient wants to hear of; every member narrows it, and one that is empty does not.

    `cameras` and `sites` are two names for places: a sighting at any of them will do.
    """

    sources: tuple[str, ...] = ()
    case_types: tuple[CaseType, ...] = ()
    counties: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    minors_only: bool = False
    minimum_similarity: float = 0


class Recipient(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One recipient, whose address only SNS and the queues know.

    `quiet_hours` are two times of day in the agency's time zone, the second perhaps of the next day.
    """

    name: str
    channel: Channel
    language: str = "en"
    quiet_hours: tuple[str, str] | None = None
    quiet_for_minors: bool = False
    escalation: bool = False
    filter: Filter = Filter()

    @property
    def quiet(self) -> tuple[time, time] | None:
        """The quiet hours as times of day."""
        if self.quiet_hours is None:
            return None
        start, end = self.quiet_hours
        return time.fromisoformat(start), time.fromisoformat(end)


def read_recipients(text: str) -> tuple[Recipient, ...]:
    """The recipients of the environment variable `RECIPIENTS`.

    Raises:
        msgspec.ValidationError: the text is not a list of them.
    """
    return msgspec.json.decode(text, type=tuple[Recipient, ...])
