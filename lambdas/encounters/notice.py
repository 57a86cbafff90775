"""The record of a notice: a message that follows, or goes beside, an encounter's first alert."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from lambdas.common.dynamodb import to_attributes
from lambdas.encounters.encounter import AlertState

_PREFIX = "notice#"


class NoticeKind(StrEnum):
    """The subject of a notice.

    FIRST is a first alert that some recipients get separately. RECALL follows the end of a case, STAND_DOWN the
    dismissal of an encounter. ANSWER goes to a recipient whose text message
    acknowledged nothing.
    """

    FIRST = "first"
    BETTER_SHOT = "better-shot"
    DIGEST = "digest"
    ESCALATION = "escalation"
    RECALL = "recall"
    STAND_DOWN = "stand-down"
    BUDGET = "budget"
    FLOOD = "flood"
    ANSWER = "answer"


# The earlier alert is over: these say so, and ask for nothing.
ENDINGS = frozenset({NoticeKind.RECALL, NoticeKind.STAND_DOWN})


class Notice(msgspec.Struct, kw_only=True):
    """A notice, an item of the encounters table with the same delivery states as an encounter's alert.

    `encounter_id` is its own key, `notice#ABOUT#KIND#PART`; `about` is the encounter (for BUDGET the day, for
    FLOOD the camera, for ANSWER the recipient).
    `audience` names the recipients; empty means every recipient whose settings allow it.
    `accepted_channels` are the channels that SNS has accepted while others are left.
    """

    encounter_id: str
    about: str
    notice: NoticeKind
    created_at: str
    audience: tuple[str, ...] = ()
    alert: AlertState = AlertState.DUE
    alert_due_at: str | None = None
    alert_attempts: int = 0
    accepted_channels: set[str] | None = None
    alerted_at: str | None = None
    expires_at: int | None = None


def notice_key(about: str, kind: NoticeKind, part: str = "1") -> str:
    """Build the key of a notice, which deduplicates it: the same notice always has the same key."""
    return f"{_PREFIX}{about}#{kind.value}#{part}"


def is_notice_key(key: str) -> bool:
    """Tell a notice's key from an encounter's id."""
    return key.startswith(_PREFIX)


def notice_item(notice: Notice) -> dict[str, Any]:
    """Convert the notice to typed attributes of the encounters table."""
    return to_attributes({"kind": "notice", **msgspec.to_builtins(notice)})


def put_notice(table: str, notice: Notice) -> dict[str, Any]:
    """Build a put, for a transaction, that replaces any notice of the same key."""
    return {"Put": {"TableName": table, "Item": notice_item(notice)}}
