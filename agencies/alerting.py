"""The table [alerting] of an agency file: recipients, channels and limits of alerts."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from agencies.fields import (
    CameraName,
    Email,
    HttpsUrl,
    Name,
    Phone,
    QuietHours,
    Similarity,
    Text,
    TimeZone,
    WebhookUrl,
)
from agencies.table import Table

Language = Literal["en", "es", "fr"]
SourceName = Literal["namus", "fbi", "interpol", "ncmec", "folder"]
Texts = Annotated[list[Text], Field(max_length=20)]

# The recipients are an environment variable of functions. Lambda allows 4 KB for all variables of a function.
_MAX_BYTES = 1800
_MAX_WEBHOOKS = 10
# The webhook function has a variable with the name and URL of each receiver, and the address of its queue and secret.
_MAX_RECEIVERS_BYTES = 3900
_RECEIVER_BYTES = 310


class Filter(Table):
    """The encounters that a recipient gets alerts about. An empty list matches every encounter.

    Attributes:
        sources: only cases of these sources.
        case_types: only these kinds of cases.
        counties: only cases last seen in these counties, or in an unknown one.
        cameras: only sightings at these cameras.
        sites: only sightings at these sites.
        minors_only: only cases of minors.
        minimum_similarity: only matches of at least this similarity, 0 to 100.
    """

    sources: list[SourceName] = []
    case_types: list[Literal["missing", "wanted", "unidentified", "other"]] = []
    counties: Texts = []
    cameras: Annotated[list[CameraName], Field(max_length=20)] = []
    sites: Texts = []
    minors_only: bool = False
    minimum_similarity: Similarity = 0


class Recipient(Table):
    """A recipient with one address. The filter, the language and the quiet hours are optional.

    A recipient with `escalation` gets only alerts that nobody acknowledged in time.

    Attributes:
        name: unique; the audit and the failure queues show it.
        sms: a telephone for text messages, in E.164.
        email: an e-mail address, which must confirm its subscription.
        webhook: an https:// address that gets signed JSON.
        chat: post to a chat room, whose address is set with `homeward webhook set-url`.
        language: en, es or fr, instead of the agency's.
        quiet_hours: such as 22:00-07:00. Alerts wait until they end.
        quiet_for_minors: whether quiet hours also apply to alerts about minors.
        escalation: gets only alerts that nobody acknowledged.
        filter: an alert must match every line.
    """

    name: Name
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
        """Return the key of the address: sms, email, webhook or chat."""
        return next(key for key in ("sms", "email", "webhook", "chat") if getattr(self, key))

    def for_functions(self, language: Language) -> dict[str, Any]:
        """Return everything but the address, as lambdas/alerting/recipients.py reads it."""
        options = self.model_dump(
            include={"quiet_for_minors", "escalation", "filter"}, exclude_defaults=True, exclude_unset=True
        )
        quiet = {"quiet_hours": self.quiet_hours.split("-")} if self.quiet_hours else {}
        return {"name": self.name, "channel": self.channel, "language": self.language or language, **quiet, **options}


class Alerting(Table):
    """The recipients, and the settings that all of them share.

    An alert that nobody acknowledged within `escalate_after_minutes` goes to the recipients with `escalation`; 0 turns
    escalation off. `sms_per_day` limits the text messages of a local day.

    Attributes:
        console_url: The console's own domain, with console.certificate. Without them it has an address of AWS.
    """

    recipients: list[Recipient] = []
    language: Language = "en"
    time_zone: TimeZone = "UTC"
    escalate_after_minutes: Annotated[float, Field(ge=0, le=1440)] = 15
    sms_per_day: Annotated[int, Field(ge=1, le=5000)] = 200
    sms_replies: bool = False
    console_url: Annotated[HttpsUrl, Field(max_length=120)] | None = None
    link_valid_hours: Annotated[int, Field(ge=24, le=720)] = (
        72  # at least 24: quiet hours delay an alert by up to a day
    )

    @property
    def document(self) -> str:
        """Return the recipients without their addresses: the value of the environment variable `RECIPIENTS`."""
        recipients = [recipient.for_functions(self.language) for recipient in self.recipients]
        return json.dumps(recipients, separators=(",", ":"), ensure_ascii=False)

    @property
    def _receivers_bytes(self) -> int:
        """Estimate the size of the webhook function's variable. AWS names the queues and secrets at deployment."""
        return sum(
            _RECEIVER_BYTES + len(recipient.name) + len(recipient.webhook or "")
            for recipient in self.recipients
            if recipient.channel in {"webhook", "chat"}
        )

    @field_validator("recipients")
    @classmethod
    def _are_unique(cls, recipients: list[Recipient]) -> list[Recipient]:
        # SNS allows one subscription per address. The filter policy of a subscription matches the name.
        for key in ("name", "sms", "email"):
            given = [str(value).casefold() for recipient in recipients if (value := getattr(recipient, key))]
            twice = sorted({value for value in given if given.count(value) > 1})
            if twice:
                raise ValueError(f"{', '.join(twice)}: only one recipient may have this {key}")
        return recipients

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        channels = [recipient.channel for recipient in self.recipients]
        if self.recipients and all(recipient.escalation for recipient in self.recipients):
            raise ValueError("recipients: every recipient has escalation = true, so nobody would get a first alert")
        if self.sms_replies and "sms" not in channels:
            raise ValueError("sms_replies = true needs a recipient with sms")
        if sum(channel in {"webhook", "chat"} for channel in channels) > _MAX_WEBHOOKS:
            raise ValueError(f"recipients: the maximum is {_MAX_WEBHOOKS} with webhook or chat")
        if (size := self._receivers_bytes) > _MAX_RECEIVERS_BYTES:
            raise ValueError(
                f"recipients: the webhooks and chat rooms take {size} bytes; the maximum is {_MAX_RECEIVERS_BYTES}."
                " Use fewer of them, or shorter URLs and names"
            )
        if (size := len(self.document.encode())) > _MAX_BYTES:
            raise ValueError(
                f"recipients: {len(self.recipients)} recipients with their filters take {size} bytes; the maximum is"
                f" {_MAX_BYTES}. Use fewer recipients, shorter names, or one e-mail list instead of its members"
            )
        return self
