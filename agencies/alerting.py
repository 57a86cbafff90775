"""Who is told of an encounter: the table [alerting] of an agency file."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from agencies.fields import Email, HttpsUrl, Phone, QuietHours, RecipientName, Similarity, TimeZone, WebhookUrl

Language = Literal["en", "es", "fr"]
SourceName = Literal["namus", "fbi", "interpol", "ncmec", "folder"]
Text = Annotated[str, Field(min_length=1)]
Texts = Annotated[list[Text], Field(max_length=20)]

# The functions get the recipients in their environment, of which Lambda allows 4 KB in all.
_MOST_BYTES = 1800
_MOST_WEBHOOKS = 10


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Filter(_Table):
    """What a recipient wants to hear of; what is left out narrows nothing."""

    sources: list[SourceName] = []
    case_types: list[Literal["missing", "wanted", "unidentified", "other"]] = []
    counties: Texts = []
    cameras: Texts = []
    sites: Texts = []
    minors_only: bool = False
    minimum_similarity: Similarity = 0


class Recipient(_Table):
    """One recipient: a name, one address, and what they want to hear of, in which language, and when."""

    name: RecipientName
    sms: Phone | None = None
    email: Email | None = None
    webhook: WebhookUrl | None = None
    chat: bool = False
    language: Language | None = None
    quiet_hours: QuietHours | None = None
    quiet_for_minors: bool = False
    escalation: bool = False
    filter: Filter = Filter()

    @model_validator(mode="after")
    def _has_one_address(self) -> Self:
        given = [key for key in ("sms", "email", "webhook", "chat") if getattr(self, key)]
        if len(given) != 1:
            found = f"has {' and '.join(given)}" if given else "has none"
            raise ValueError(f"{self.name}: must have exactly one of sms, email, webhook, chat = true; it {found}")
        return self

    @property
    def channel(self) -> str:
        """Which of the addresses it has."""
        return next(key for key in ("sms", "email", "webhook", "chat") if getattr(self, key))

    def for_functions(self, language: Language) -> dict[str, Any]:
        """All but the address, as lambdas/alerting/recipients.py reads it."""
        wishes = self.model_dump(
            include={"quiet_for_minors", "escalation", "filter"}, exclude_defaults=True, exclude_unset=True
        )
        quiet = {"quiet_hours": self.quiet_hours.split("-")} if self.quiet_hours else {}
        return {"name": self.name, "channel": self.channel, "language": self.language or language, **quiet, **wishes}


class Alerting(_Table):
    """Who is told and in which words; how many text messages a day; the address that the link in an alert starts with.

    An alert that nobody has acknowledged after `escalate_after_minutes` goes one step up; 0 is never.
    """

    recipients: list[Recipient] = []
    language: Language = "en"
    time_zone: TimeZone = "UTC"
    escalate_after_minutes: Annotated[float, Field(ge=0, le=1440)] = 15
    sms_per_day: Annotated[int, Field(ge=1, le=5000)] = 200
    sms_replies: bool = False
    console_url: Annotated[HttpsUrl, Field(max_length=120)]
    link_valid_hours: Annotated[int, Field(ge=24, le=720)] = 72  # quiet hours hold an alert back for most of a day

    @property
    def document(self) -> str:
        """The recipients as the functions get them, without their addresses."""
        known = [recipient.for_functions(self.language) for recipient in self.recipients]
        return json.dumps(known, separators=(",", ":"), ensure_ascii=False)

    @field_validator("recipients")
    @classmethod
    def _are_different(cls, recipients: list[Recipient]) -> list[Recipient]:
        # SNS has one subscription an address; and a name is what a subscription is filtered by.
        for key in ("name", "sms", "email"):
            given = [str(value).casefold() for each in recipients if (value := getattr(each, key))]
            twice = sorted({value for value in given if given.count(value) > 1})
            if twice:
                raise ValueError(f"{', '.join(twice)}: only one recipient may have this {key}")
        return recipients

    @model_validator(mode="after")
    def _reaches_somebody(self) -> Self:
        channels = [recipient.channel for recipient in self.recipients]
        if self.recipients and all(recipient.escalation for recipient in self.recipients):
            raise ValueError("recipients: every one has escalation = true, so nobody would hear of a first alert")
        if self.sms_replies and "sms" not in channels:
            raise ValueError("sms_replies = true needs a recipient with sms")
        if sum(channel in {"webhook", "chat"} for channel in channels) > _MOST_WEBHOOKS:
            raise ValueError(f"recipients: at most {_MOST_WEBHOOKS} with webhook or chat")
        if (size := len(self.document.encode())) > _MOST_BYTES:
            raise ValueError(
                f"recipients: {len(self.recipients)} recipients with their filters take {size} bytes of"
                f" {_MOST_BYTES}: use fewer, shorter names, or an e-mail list instead of its members"
            )
        return self
