"""The kinds of values in an agency file, each with the words that say what is allowed."""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field

T = TypeVar("T")


def _text(pattern: str, allowed: str) -> AfterValidator:
    """A check against a pattern whose error says in words what is allowed."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"{value!r} is not allowed: must be {allowed}")
        return value

    return AfterValidator(check)


def _without_slash(url: str) -> str:
    return url.rstrip("/")


def _without_repetition(values: list[T]) -> list[T]:
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f"{value!r} is listed more than once")
    return values


Name = Annotated[str, _text(r"[a-z][a-z0-9-]{0,30}", "lower-case letters, digits and '-', at most 31")]
Email = Annotated[str, _text(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address")]
Phone = Annotated[str, _text(r"\+[1-9][0-9]{6,14}", "an E.164 number such as +15035550142")]
HttpsUrl = Annotated[str, _text(r"https://[^\s/]+\S*", "an https:// address"), AfterValidator(_without_slash)]
# Without TLS only on this machine, where the stand-ins of the sources run.
SourceUrl = Annotated[
    str,
    _text(r"https://[^\s/]+\S*|http://(127\.0\.0\.1|localhost)(:\d+)?(/\S*)?", "an https:// address"),
    AfterValidator(_without_slash),
]
Account = Annotated[str, _text(r"[0-9]{12}", "the 12 digits of an AWS account")]
Region = Annotated[str, _text(r"[a-z]{2}(-[a-z]+)+-[0-9]", "an AWS region such as us-east-1")]
Similarity = Annotated[float, Field(ge=0, le=100)]
# The periods that CloudWatch Logs can keep a log for.
LogDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]
Phones = Annotated[list[Phone], AfterValidator(_without_repetition)]
Emails = Annotated[list[Email], AfterValidator(_without_repetition)]
HttpsUrls = Annotated[list[HttpsUrl], AfterValidator(_without_repetition)]
