"""Acknowledging by text message: "ACK 3F9A2C" from the telephone of a recipient."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from lambdas.common.keys import reply_code
from lambdas.common.times import to_text
from lambdas.encounters.encounter import Review
from lambdas.encounters.table import encounters_by_review
from lambdas.review.audit import Via
from lambdas.review.verdicts import EncounterOverError, NoEncounterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, timedelta

    from lambdas.review.verdicts import Verdicts

# Yes in the languages of the alerts; keyboards correct "ACK" into "Ack." and the like.
_REPLY = re.compile(r"\W*(?:ACK|OK|S[IÍ]|OUI)\W*([0-9A-F]{6})\W*", re.IGNORECASE)


class Reply(msgspec.Struct, frozen=True, rename="camel"):
    """What AWS End User Messaging puts on the topic of a two-way number, as far as it matters here."""

    origination_number: str
    message_body: str


class Heard(StrEnum):
    """What came of a reply; each is counted."""

    ACKNOWLEDGED = "RepliesAcknowledged"
    KNOWN = "RepliesToWhatIsAcknowledged"
    NOT_FOUND = "RepliesToNothing"
    NOT_UNDERSTOOD = "RepliesNotUnderstood"
    STRANGER = "RepliesOfStrangers"


@dataclass(frozen=True, kw_only=True)
class Replies:
    """`names` are the recipients by telephone number; a reply is good for so long after the encounter began."""

    verdicts: Verdicts
    names: Mapping[str, str]
    good_for: timedelta
    now: Callable[[], datetime]

    def hear(self, reply: Reply) -> Heard:
        """Acknowledge the encounter that the reply names, if it is a recipient's."""
        by = self.names.get(reply.origination_number)
        if by is None:
            return Heard.STRANGER
        match = _REPLY.fullmatch(reply.message_body)
        if match is None:
            return Heard.NOT_UNDERSTOOD
        encounter_id = self._named(match[1].upper())
        if encounter_id is None:
            return Heard.NOT_FOUND
        try:
            is_first = self.verdicts.acknowledge(encounter_id, by=by, at=self.now(), via=Via.TEXT_MESSAGE)
        except (EncounterOverError, NoEncounterError):
            return Heard.NOT_FOUND
        return Heard.ACKNOWLEDGED if is_first else Heard.KNOWN

    def _named(self, code: str) -> str | None:
        """The newest open encounter of this code."""
        oldest = to_text(self.now() - self.good_for)
        newest_first = encounters_by_review(
            self.verdicts.dynamodb, Review.OPEN, table=self.verdicts.table, newest_first=True
        )
        for listed in newest_first:
            if listed.started_at < oldest:
                return None
            if reply_code(listed.encounter_id) == code:
                return listed.encounter_id
        return None
