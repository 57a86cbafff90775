"""The filter policy of a recipient's subscription to the alert topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.alerting.recipients import Channel

if TYPE_CHECKING:
    from agencies.alerting import Recipient


def topic_filter(recipient: Recipient) -> dict[str, list[str]]:
    """Match the messages for this recipient in the form of its channel (lambdas/alerting/messages.py)."""
    return {"channel": [Channel(recipient.channel).on_topic.value], "recipients": [recipient.name]}
