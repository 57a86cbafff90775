"""Read telephone numbers as sources write them. Text that is no valid number never becomes another number."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Phone:
    """A valid number in E.164, and its extension. It starts at `start` in its text."""

    e164: str
    extension: str | None
    start: int


def find_phone(text: str | None, *, country: str) -> Phone | None:
    """Return the only telephone number in a text, or None if it has none or several.

    The digits must be grouped as the country groups them or not at all. So `47 22 34 56 78`, a Norwegian number
    without its plus sign, is no American one.

    Args:
        text: such as "503-555-0142 ext. 12" or "+47 22 34 56 78".
        country: ISO 3166 code of the country that a number without a country's code belongs to.
    """
    # The import takes as long as the rest of a command's start.
    from phonenumbers import (  # noqa: PLC0415
        Leniency,
        PhoneNumberFormat,
        PhoneNumberMatcher,
        format_number,
    )

    found = list(PhoneNumberMatcher(text or "", country, leniency=Leniency.STRICT_GROUPING))
    if len(found) != 1:
        return None
    [match] = found
    number = match.number
    return Phone(format_number(number, PhoneNumberFormat.E164), number.extension or None, match.start)
