"""Quiet hours, such as 22:00-07:00."""

from __future__ import annotations

import re

from edge_device.wording.likely import did_you_mean
from lambdas.common.outside_text import shown

CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"


def check_quiet_hours(hours: str) -> str:
    """Return hours such as 22:00-07:00."""
    if not re.fullmatch(f"{CLOCK}-{CLOCK}", hours):
        allowed = "must be two times of day such as 22:00-07:00"
        raise ValueError(f"{shown(repr(hours))} is not allowed: {allowed}{did_you_mean(_likely_hours(hours))}")
    return _has_a_length(hours)


def _likely_hours(text: str) -> str | None:
    """Read hours as people write them: 10pm to 7am, 22-7, 7:00 - 22:00."""
    times = re.findall(r"(\d{1,2})(?:[:.h](\d\d))?\s*([ap]m)?", re.sub(r"([ap])\.m\.", r"\1m", text.casefold()))
    if len(times) != 2:
        return None
    read = []
    for hour, minute, half in times:
        hours = int(hour) % 12 + (12 if half == "pm" else 0) if half else int(hour) % 24
        read.append(f"{hours:02}:{int(minute or 0):02}")
    return "-".join(read) if all(re.fullmatch(CLOCK, each) for each in read) and read[0] != read[1] else None


def _has_a_length(hours: str) -> str:
    start, _, end = hours.partition("-")
    if start == end:
        raise ValueError(f"{shown(repr(hours))} is not allowed: must not start and end at the same time")
    return hours
