"""The filter policy of a recipient's subscription to the alert topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agencies.alerting import Recipient


def topic_filter(recipient: Recipient) -> dict[str, list[str]]:
    """Match the messages for this recipient in the form of its channel (lambdas/alerting/messages.py)."""
    channel = recipient.channel if recipient.channel in {"sms", "email"} else "document"
    return {"channel": [channel], "recipients": [recipient.name]}
