"""The JSON document of a message, for webhooks and queues: its facts and its text message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdas.alerting.texts.headline import kind_of

if TYPE_CHECKING:
    from lambdas.alerting.alert import Alert
    from lambdas.alerting.answer import ReplyAnswer
    from lambdas.alerting.budget import BudgetWarning, FloodWarning


def alert_document(alert: Alert, *, alert_id: str, headline: str, sms: str, why: str) -> str:
    """Encode an alert. Facts that are None are left out."""
    last_seen = " ".join(part for part in (alert.last_seen_date, alert.last_seen_place) if part) or None
    known = {**msgspec.to_builtins(alert), "last_seen": last_seen}
    facts = {name: value for name, value in known.items() if value is not None}
    document = {"alert_id": alert_id, "headline": headline, "verified": False, **facts, "why": why, "text": sms}
    return msgspec.json.encode(document).decode()


def headline_document(
    message: BudgetWarning | FloodWarning | ReplyAnswer, *, alert_id: str, headline: str, sms: str
) -> str:
    """Encode a message that is only a headline, with the members that an alert's document has too."""
    facts = {"kind": kind_of(message), **msgspec.to_builtins(message)}
    document = {"alert_id": alert_id, "headline": headline, **facts, "text": sms}
    return msgspec.json.encode(document).decode()
