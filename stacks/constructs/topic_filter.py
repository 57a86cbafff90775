"""The filter policy of a recipient's subscription to the alert topic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agencies.alerting import Recipient


def topic_filter(recipient: Recipient) -> dict[str, Any]:
    """Match the messages for this recipient in the form of its channel (lambdas/alerting/messages.py).

    Messages from before 0027 have no channel: SNS itself chose the recipient's text. They must pass too, because during
    an upgrade functions of before still publish, and SNS takes up to 15 minutes to apply a filter policy everywhere.
    """
    channel = recipient.channel if recipient.channel in {"sms", "email"} else "document"
    return {
        "$or": [{"channel": [channel]}, {"channel": [{"exists": False}]}],
        "recipients": [recipient.name],
    }
