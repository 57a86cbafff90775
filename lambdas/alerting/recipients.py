"""The agency's recipients without their addresses, as the functions get them: one JSON document in `RECIPIENTS`."""

from __future__ import annotations

from datetime import time
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from lambdas.cases.case import CaseType

if TYPE_CHECKING:
    from collections.abc import Iterable


class TopicChannel(StrEnum):
    """The attribute `channel` of a message on the alert topic, which names the form of its text."""

    SMS = "sms"
    EMAIL = "email"
    DOCUMENT = "document"


class Channel(StrEnum):
    """How a recipient is reached."""

    SMS = "sms"
    EMAIL = "email"
    WEBHOOK = "webhook"
    CHAT = "chat"

    @property
    def on_topic(self) -> TopicChannel:
        """The channel of the topic that a recipient of this channel gets: webhooks and chat rooms get the document."""
        return TopicChannel(self.value) if self in {Channel.SMS, Channel.EMAIL} else TopicChannel.DOCUMENT


class Filter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Which encounters a recipient wants. An alert must pass every filter that is not empty.

    `cameras` and `sites` are one filter: a sighting at any of them passes.
    """

    sources: tuple[str, ...] = ()
    case_types: tuple[CaseType, ...] = ()
    counties: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    minors_only: bool = False
    minimum_similarity: float = 0


class Recipient(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One recipient. Only SNS and the webhook queues know the address.

    `quiet_hours` are start and end as HH:MM in the agency's time zone; the end may be on the next day.
    """

    name: str
    channel: Channel
    language: str = "en"
    quiet_hours: tuple[str, str] | None = None
    quiet_for_minors: bool = False
    escalation: bool = False
    filter: Filter = Filter()

    @property
    def quiet(self) -> tuple[time, time] | None:
        """The quiet hours as times of day."""
        if self.quiet_hours is None:
            return None
        start, end = self.quiet_hours
        return time.fromisoformat(start), time.fromisoformat(end)


def names_by_channel(recipients: Iterable[Recipient], channel: Channel) -> set[str]:
    """Return the names of the recipients that use this channel."""
    return {recipient.name for recipient in recipients if recipient.channel is channel}


def read_recipients(text: str) -> tuple[Recipient, ...]:
    """Decode `RECIPIENTS`.

    Raises:
        msgspec.ValidationError: the text is not a list of recipients.
    """
    return msgspec.json.decode(text, type=tuple[Recipient, ...])
