"""Acknowledge encounters by text message: "ACK 3F9A2C" from the phone of a recipient."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from lambdas.common.times import to_text
from lambdas.encounters.encounter import Review, reply_code
from lambdas.encounters.table import encounters_by_review
from lambdas.review.audit import Via
from lambdas.review.verdicts import EncounterOverError, NoEncounterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, timedelta

    from lambdas.review.verdicts import Verdicts

# ACK, OK, and yes in Spanish and French. Phone keyboards correct "ACK" to "Ack." and the like.
_REPLY = re.compile(r"\W*(?:ACK|OK|S[IÍ]|OUI)\W*([0-9A-F]{6})\W*", re.IGNORECASE)


class Reply(msgspec.Struct, frozen=True, rename="camel"):
    """The members used of the message that AWS End User Messaging publishes for a two-way number."""

    origination_number: str
    message_body: str


class ReplyOutcome(StrEnum):
    """What happened to a reply. The values are metric names."""

    ACKNOWLEDGED = "RepliesAcknowledged"
    ALREADY_ACKNOWLEDGED = "RepliesToWhatIsAcknowledged"
    NO_ENCOUNTER = "RepliesToNothing"
    NOT_UNDERSTOOD = "RepliesNotUnderstood"
    UNKNOWN_SENDER = "RepliesOfStrangers"


@dataclass(frozen=True, kw_only=True)
class Replies:
    """Handles replies. `names` maps phone numbers to recipients.

    A code is valid until `valid_for` after its encounter arose here.
    """

    verdicts: Verdicts
    names: Mapping[str, str]
    valid_for: timedelta
    now: Callable[[], datetime]

    def handle(self, reply: Reply) -> ReplyOutcome:
        """Acknowledge the encounter that the reply names, if a recipient sent it."""
        by = self.names.get(reply.origination_number)
        if by is None:
            return ReplyOutcome.UNKNOWN_SENDER
        match = _REPLY.fullmatch(reply.message_body)
        if match is None:
            return ReplyOutcome.NOT_UNDERSTOOD
        encounter_id = self._newest_open(match[1].upper())
        if encounter_id is None:
            return ReplyOutcome.NO_ENCOUNTER
        try:
            is_first = self.verdicts.acknowledge(encounter_id, by=by, at=self.now(), via=Via.TEXT_MESSAGE)
        except (EncounterOverError, NoEncounterError):
            return ReplyOutcome.NO_ENCOUNTER
        return ReplyOutcome.ACKNOWLEDGED if is_first else ReplyOutcome.ALREADY_ACKNOWLEDGED

    def _newest_open(self, code: str) -> str | None:
        """Return the newest open encounter with this code."""
        oldest = to_text(self.now() - self.valid_for)
        newest_first = encounters_by_review(
            self.verdicts.dynamodb, Review.OPEN, table=self.verdicts.table, newest_first=True
        )
        for listed in newest_first:
            if listed.started_at < oldest:
                return None
            if reply_code(listed.encounter_id) == code:
                return listed.encounter_id
        return None
