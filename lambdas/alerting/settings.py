"""The alert settings of the agency, as the functions get them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from lambdas.alerting.recipients import Recipient


@dataclass(frozen=True, kw_only=True)
class AlertSettings:
    """Who is alerted, and how.

    `zone` is the agency's time zone. `sms_per_day` limits text messages: one to one phone counts as one.
    At most `sms_percent_per_camera` of them are about one camera.
    `link_base` is the address that the link of an alert starts with.
    """

    recipients: tuple[Recipient, ...]
    zone: ZoneInfo
    sms_per_day: int
    sms_percent_per_camera: int
    takes_replies: bool
    link_base: str
