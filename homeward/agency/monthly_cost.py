"""What an environment costs a month, at the list prices of us-east-1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agencies.settings import Settings

_DAYS = 30
_SEARCH = 0.001
_TEXT_MESSAGE = 0.01
_KEY = 1.0
_KEYS = 5  # of the stacks Ingest, Fleet, Alerting, Detection and Review


@dataclass(frozen=True)
class MonthlyCost:
    """US dollars a month. `most` is what the limits of the file allow; it counts no photo that is indexed."""

    keys: float
    searches: float
    most_searches: float
    most_text_messages: float

    @property
    def likely(self) -> float:
        """Return what the people who pass cost, without text messages."""
        return self.keys + self.searches

    @property
    def most(self) -> float:
        """Return what the limits allow."""
        return self.keys + self.most_searches + self.most_text_messages


def monthly_cost(settings: Settings, *, cameras: int, people: int) -> MonthlyCost:
    """Estimate the cost with this many cameras, and this many people who pass each camera a day.

    Each passer-by is searched about once.
    """
    keys = _KEYS + bool(settings.feeds) + settings.console.enabled
    minutes = _DAYS * 24 * 60
    has_phones = any(recipient.sms for recipient in settings.alerting.recipients)
    return MonthlyCost(
        keys=keys * _KEY,
        searches=cameras * people * _DAYS * _SEARCH,
        most_searches=cameras * settings.camera_limits.searches_per_minute * minutes * _SEARCH,
        most_text_messages=settings.alerting.sms_per_day * _DAYS * _TEXT_MESSAGE if has_phones else 0,
    )
