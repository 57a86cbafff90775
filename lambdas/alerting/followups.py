"""The notices that follow a first alert."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from lambdas.common.times import to_text
from lambdas.encounters.notice import Notice, NoticeKind, notice_key

if TYPE_CHECKING:
    from datetime import datetime

    from lambdas.encounters.policy import Policy


def followups(policy: Policy, encounter_id: str, *, now: datetime) -> list[Notice]:
    """Return a digest, due when the window ends, and an escalation, due when the time to acknowledge ends."""
    due: dict[NoticeKind, datetime] = {}
    if policy.digest:
        due[NoticeKind.DIGEST] = now + timedelta(seconds=policy.window_s)
    if policy.escalate_after_s:
        due[NoticeKind.ESCALATION] = now + timedelta(seconds=policy.escalate_after_s)
    return [
        Notice(
            encounter_id=notice_key(encounter_id, kind),
            about=encounter_id,
            notice=kind,
            created_at=to_text(at),
            alert_due_at=to_text(at),
            expires_at=policy.expiry(now),
        )
        for kind, at in due.items()
    ]
