"""Telephone numbers in E.164: refuse the ones that no telephone can have, and guess what was meant.

A new area code opens every few weeks, so an area code that the library does not know is no error: `homeward agency
check` warns of it. The North American plan reserves some for good, and no number begins its area code or exchange with
0 or 1.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edge_device.wording.likely import did_you_mean
from lambdas.common.outside_text import shown

if TYPE_CHECKING:
    from pydantic import ValidationInfo

_NORTH_AMERICA = 1
# N11 are services, N9X, 37X and 96X are reserved, and 555 is for directory assistance.
_AREA_CODE = re.compile(r"(?!.11|.9|37|96|555)[2-9]\d\d")
_EXCHANGE = re.compile(r"(?!.11)[2-9]\d\d")


def check_telephone(number: str, info: ValidationInfo) -> str:
    """Return an E.164 number that can exist. The validation context may name the agency's `country`."""
    country = (info.context or {}).get("country", "US")
    reason = _complaint(number)
    if not reason and is_in_service(number):
        return number
    likely = _likely(number, country)
    if not reason and likely:
        reason = "its country's code is missing or wrong"
    if reason:
        raise ValueError(f"{shown(repr(number))} is not allowed: {reason}{did_you_mean(likely)}")
    return number


def refuse_number(value: object, info: ValidationInfo) -> object:
    """Refuse a telephone without quotation marks, which TOML reads as a number."""
    if type(value) is int:
        likely = _likely(str(value)[:50], (info.context or {}).get("country", "US"))
        meant = did_you_mean(f'"{likely}"' if likely else None)
        raise ValueError(f"{shown(str(value))} is not allowed: must be an E.164 number in quotation marks{meant}")
    return value


def is_in_service(number: str) -> bool:
    """Tell whether the library knows the number's range. False may mean that the range is new."""
    import phonenumbers  # noqa: PLC0415 - as in _complaint

    return phonenumbers.is_valid_number(phonenumbers.parse(number))


def country_of(number: str) -> str | None:
    """Return the ISO 3166 code of a number's country; None if the library does not know it."""
    import phonenumbers  # noqa: PLC0415 - as in _complaint

    country: str | None = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    return country


def written_for_people(number: str) -> str:
    """Return the number with the spaces that its country uses, such as +1 503-555-0142."""
    import phonenumbers  # noqa: PLC0415 - as in _complaint

    return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _complaint(number: str) -> str | None:
    import phonenumbers  # noqa: PLC0415 - takes as long as the rest of a command's start

    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number):
        return "must be an E.164 number such as +15035550142"
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException as error:
        return str(error)
    if not phonenumbers.is_possible_number(parsed):
        return "it has too many or too few digits for its country"
    return _north_american_complaint(number[2:]) if parsed.country_code == _NORTH_AMERICA else None


def _north_american_complaint(digits: str) -> str | None:
    area, exchange = digits[:3], digits[3:6]
    if not _AREA_CODE.fullmatch(area):
        return f"no telephone has the area code {area}"
    return None if _EXCHANGE.fullmatch(exchange) else f"no telephone has {exchange} after its area code"


def _likely(number: str, country: str) -> str | None:
    """Return the E.164 form of a number that is written as in its country, or that lacks its country's code."""
    import phonenumbers  # noqa: PLC0415 - as in _complaint

    digits = number.strip().removeprefix("+")
    for text in (number, f"+{digits}", digits, f"+{digits.removeprefix('00')}"):
        try:
            parsed = phonenumbers.parse(text[:50], country)
        except phonenumbers.NumberParseException:
            continue
        likely = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        if phonenumbers.is_valid_number(parsed) and not _complaint(likely):
            return likely
    return None
