"""The types of values in an agency file, with error messages that say what is allowed."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from agencies.regions import complaint
from lambdas.common.outside_text import shown


def _text(pattern: str, allowed: str) -> AfterValidator:
    """Validate against a pattern. The error says in words what is allowed, not the pattern."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"{shown(repr(value))} is not allowed: must be {allowed}")
        return value

    return AfterValidator(check)


def _is_address(url: str) -> str:
    """Refuse what a library would refuse later, and return the URL without a slash at its end."""
    try:
        parts = urlsplit(url)
        is_valid = bool(parts.hostname) and parts.port != 0 and url.isascii() and url.isprintable()
    except ValueError:
        is_valid = False
    if not is_valid:
        raise ValueError(
            f"{shown(repr(url))} is not allowed: must be an address in ASCII, such as https://www.example.org"
        )
    return url.rstrip("/")


def _is_time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{shown(repr(name))} is not allowed: must be a time zone such as America/Denver")
    return name


def _has_possible_length(number: str) -> str:
    """Check the country's code and the count of digits, but not the area code: new ones open every year."""
    import phonenumbers  # noqa: PLC0415 - takes as long as the rest of a command's start

    try:
        is_possible = phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException as error:
        raise ValueError(f"{shown(repr(number))} is not allowed: {error}") from error
    if not is_possible:
        raise ValueError(f"{shown(repr(number))} is not allowed: it has too many or too few digits for its country")
    return number


def _has_phone_numbers(country: str) -> str:
    import phonenumbers  # noqa: PLC0415 - as above

    if country not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{shown(repr(country))} is not allowed: must be an ISO 3166 code such as US")
    return country


def _has_every_service(region: str) -> str:
    if reason := complaint(region):
        raise ValueError(f"{shown(repr(region))} is not allowed: {reason}")
    return region


def _has_a_length(hours: str) -> str:
    start, _, end = hours.partition("-")
    if start == end:
        raise ValueError(f"{shown(repr(hours))} is not allowed: must not start and end at the same time")
    return hours


Name = Annotated[str, _text(r"[a-z][a-z0-9-]{0,30}", "lower-case letters, digits and '-', at most 31")]
Email = Annotated[str, _text(r"[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+", "an e-mail address")]
Phone = Annotated[
    str,
    _text(r"\+[1-9][0-9]{6,14}", "an E.164 number such as +15035550142"),
    AfterValidator(_has_possible_length),
]
Country = Annotated[str, _text(r"[A-Z]{2}", "an ISO 3166 code such as US"), AfterValidator(_has_phone_numbers)]
HttpsUrl = Annotated[str, _text(r"https://[^\s/]+\S*", "an https:// address"), AfterValidator(_is_address)]
# Plain HTTP only to this machine, where the stand-ins of the sources run.
SourceUrl = Annotated[
    str,
    _text(r"https://[^\s/]+\S*|http://(127\.0\.0\.1|localhost)(:\d+)?(/\S*)?", "an https:// address"),
    AfterValidator(_is_address),
]
Account = Annotated[str, _text(r"[0-9]{12}", "the 12 digits of an AWS account")]
Region = Annotated[
    str,
    _text(r"[a-z]{2}(-[a-z]+)+-[0-9]", "an AWS region such as us-east-1"),
    AfterValidator(_has_every_service),
]
# What `cdk destroy` does with data.
Removal = Literal["destroy", "retain"]
Similarity = Annotated[float, Field(ge=0, le=100)]
# The retention periods of CloudWatch Logs.
LogDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
QuietHours = Annotated[
    str, _text(f"{_CLOCK}-{_CLOCK}", "two times of day such as 22:00-07:00"), AfterValidator(_has_a_length)
]
TimeZone = Annotated[str, AfterValidator(_is_time_zone)]
RecipientName = Annotated[str, _text(r"[a-z][a-z0-9-]{0,30}", "lower-case letters, digits and '-', at most 31")]
# The webhook function refuses plain HTTP, except in the local cloud.
WebhookUrl = SourceUrl
