"""Acknowledge encounters by text message, and answer those that acknowledge nothing."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from lambdas.common.dynamodb import transact
from lambdas.common.times import to_text
from lambdas.encounters.attempts import MAX_GUESSES, Attempts, attempts_key
from lambdas.encounters.encounter import Review, reply_code
from lambdas.encounters.notice import Notice, NoticeKind, notice_item, notice_key
from lambdas.encounters.table import encounters_by_review, put_new_request
from lambdas.review.audit import AuditKind, Via
from lambdas.review.errors import EncounterOverError, NoEncounterError
from lambdas.review.reply_text import acknowledged_codes, is_for_the_carrier

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime, timedelta

    from lambdas.review.verdicts import Verdicts

# A recipient whose texts acknowledge nothing is answered once in each hour, so that no two machines talk for long.
_ANSWERED_PER = "%Y-%m-%dT%H"
# A text that names more alerts is a list of guesses.
_MAX_CODES = 10


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
    FOR_THE_CARRIER = "RepliesForTheCarrier"
    LOCKED = "RepliesLocked"


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
        """Acknowledge the encounters that a recipient's reply names, or tell the recipient that it names none."""
        by = self.names.get(reply.origination_number)
        if by is None:
            return ReplyOutcome.UNKNOWN_SENDER
        if is_for_the_carrier(reply.message_body):
            return ReplyOutcome.FOR_THE_CARRIER
        if self.attempts.so_far(_guesses(by), now=self.now()) >= MAX_GUESSES:
            return ReplyOutcome.LOCKED
        codes = acknowledged_codes(reply.message_body)[: _MAX_CODES + 1]
        if len(codes) > _MAX_CODES:
            self._count_guesses(by, len(codes))
            return ReplyOutcome.LOCKED
        outcome = self._acknowledge(codes, by) if codes else ReplyOutcome.NOT_UNDERSTOOD
        if outcome in {ReplyOutcome.NOT_UNDERSTOOD, ReplyOutcome.NO_ENCOUNTER}:
            self._answer(by)
        return outcome

    def _acknowledge(self, codes: Collection[str], by: str) -> ReplyOutcome:
        """Acknowledge the newest open encounter of each code. One first acknowledgment makes the reply one."""
        are_first = []
        found = self._newest_open(codes)
        if len(found) < len(codes):
            self._count_guesses(by, len(codes) - len(found))
        for encounter_id in found:
            with suppress(EncounterOverError, NoEncounterError):
                are_first.append(self.verdicts.acknowledge(encounter_id, by=by, at=self.now(), via=Via.TEXT_MESSAGE))
        if not are_first:
            return ReplyOutcome.NO_ENCOUNTER
        return ReplyOutcome.ACKNOWLEDGED if any(are_first) else ReplyOutcome.ALREADY_ACKNOWLEDGED

    def _newest_open(self, codes: Collection[str]) -> list[str]:
        """Return the newest open encounter of each code."""
        oldest = to_text(self.now() - self.valid_for)
        newest_first = encounters_by_review(
            self.verdicts.dynamodb, Review.OPEN, table=self.verdicts.table, newest_first=True
        )
        found: dict[str, str] = {}
        for listed in newest_first:
            if listed.started_at < oldest or len(found) == len(codes):
                break
            if (code := reply_code(listed.encounter_id)) in codes:
                found.setdefault(code, listed.encounter_id)
        return list(found.values())

    @property
    def attempts(self) -> Attempts:
        """The counts of wrong codes, per recipient, so that nobody's guesses lock out somebody else."""
        return Attempts(dynamodb=self.verdicts.dynamodb, table=self.verdicts.table)

    def _count_guesses(self, by: str, number: int) -> None:
        """Count wrong codes. The one that locks the recipient is audited."""
        key, now = _guesses(by), self.now()
        guesses = self.attempts.count(key, now=now, number=number)
        if guesses - number < MAX_GUESSES <= guesses:
            note = f"{guesses} wrong codes in texts"
            self.verdicts.audit.add(key, AuditKind.LOCKED, by=by, at=now, via=Via.TEXT_MESSAGE, note=note)

    def _answer(self, recipient: str) -> None:
        """Add a notice for the recipient. It goes out as an alert does: in its language, within the day's texts."""
        now = self.now()
        notice = Notice(
            encounter_id=notice_key(recipient, NoticeKind.ANSWER, now.strftime(_ANSWERED_PER)),
            about=recipient,
            notice=NoticeKind.ANSWER,
            created_at=to_text(now),
            audience=(recipient,),
            alert_due_at=to_text(now),
            expires_at=int((now + self.verdicts.kept_for).timestamp()),
        )
        transact(self.verdicts.dynamodb, {"Put": put_new_request(self.verdicts.table, notice_item(notice))})


def _guesses(by: str) -> str:
    return attempts_key("reply", by)
