"""The JSON document of a message, for webhooks and queues: its facts and its text message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdas.alerting.answer import ReplyAnswer
from lambdas.encounters.notice import NoticeKind

if TYPE_CHECKING:
    from lambdas.alerting.alert import Alert
    from lambdas.alerting.budget import BudgetWarning


def alert_document(alert: Alert, *, alert_id: str, headline: str, sms: str) -> str:
    """Encode an alert. Facts that are None are left out."""
    facts = {name: value for name, value in msgspec.to_builtins(alert).items() if value is not None}
    document = {"alert_id": alert_id, "headline": headline, "verified": False, **facts, "text": sms}
    return msgspec.json.encode(document).decode()


def headline_document(message: BudgetWarning | ReplyAnswer, *, alert_id: str, headline: str, sms: str) -> str:
    """Encode a message that is only a headline, with the members that an alert's document has too."""
    kind = NoticeKind.ANSWER if isinstance(message, ReplyAnswer) else NoticeKind.BUDGET
    facts = {"kind": kind, **msgspec.to_builtins(message)}
    document = {"alert_id": alert_id, "headline": headline, **facts, "text": sms}
    return msgspec.json.encode(document).decode()
