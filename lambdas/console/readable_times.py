"""Write instants and durations for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.cases.readable import AMERICAN
from lambdas.common.times import from_text, local_minute

if TYPE_CHECKING:
    from datetime import datetime

    from lambdas.console.services import Services

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60))


def minute(services: Services, language: str, instant: str) -> str:
    """Write an instant in the agency's time zone: Nov 23, 2026 04:00 MST. Not in English: 2026-11-23 04:00 MST."""
    text = local_minute(instant, services.zone)
    return AMERICAN.dates(text) if language == "en" else text


def since(instant: str, now: datetime) -> str:
    """Write how long ago an instant was: 5 min, 3 h, 2 d."""
    seconds = max(0.0, (now - from_text(instant)).total_seconds())
    unit, length = next(((unit, length) for unit, length in _UNITS if seconds >= length), ("s", 1))
    return f"{seconds // length:.0f} {unit}"
