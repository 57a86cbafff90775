"""Make facts of a case or a site inert: mail and message programs must turn none of them into a link to tap."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lambdas.common.outside_text import single_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.alerting.alert import Alert

# A scheme begins at the first letter of a word. From each letter, a search took the square of the word's length.
_WEB = re.compile(r"(?<![^\W\d_])[^\W\d_][\w+.\-]*://+|\bwww\.", re.IGNORECASE)
# `scheme:` before text, such as tel: or mailto:. A time (12:30) begins with a digit.
_SCHEME = re.compile(r"(?<![^\W\d_])([^\W\d_][\w+.\-]*:)(?=\S)")
_SLASHES = re.compile(r"//+|\\\\+")
# A dot before a label that may be a top-level domain. International domains may use the ideographic dots too.
_DOT = re.compile(r"(?<=[^\s.])([.\u3002\uff0e\uff61])(?=[^\W\d_](?:[^\W\d_]|[\u0300-\U0010ffff]))")
_ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
_AT = re.compile(r"\s*[@\uff20\ufe6b]\s*")
_TELEPHONE = re.compile(r"\+?\d(?:[ ().\-/\u2010-\u2015]{0,2}\d){6,}")
_ISO_DATE = re.compile(r"((?<!\d)(?:19|20)\d\d-[01]\d(?:-[0-3]\d)?(?!\d))")
# An agency writes its own identifiers, and the number to call is meant to be tapped.
_NUMBERS_STAY = ("case_number", "phone")
_WITHOUT_NUMBERS = (
    "name", "sex", "last_seen_date", "last_seen_place", "hair", "marks", "clothing", "agency", "site"
)  # fmt: skip


def inert(alert: Alert, convert: Callable[[str], str] = str) -> Alert:
    """Return the alert with inert facts. `convert` first writes a fact in the alphabet of its channel."""
    facts: dict[str, Any] = {}
    for field in (*_WITHOUT_NUMBERS, *_NUMBERS_STAY):
        if value := getattr(alert, field):
            text = without_links(convert(single_line(value)))
            facts[field] = (without_links(without_numbers(text)) if field in _WITHOUT_NUMBERS else text) or None
    for field in ("case_id", "runner_up"):
        if value := getattr(alert, field):
            source, colon, number = value.partition(":")
            facts[field] = f"{source}{colon}{without_links(convert(single_line(number)))}"
    return replace(alert, **{**facts, "site": facts.get("site") or alert.camera})


def without_links(text: str) -> str:
    """Insert spaces so that no program reads an address: "https://evil.example/x" -> "evil. example/x"."""
    text = _SLASHES.sub("/", _SCHEME.sub(r"\1 ", _WEB.sub("", text)))
    text = _ADDRESS.sub(lambda match: match[0].replace(".", ". "), text)
    return _AT.sub(" at ", _DOT.sub(r"\1 ", text)).strip()


def without_numbers(text: str) -> str:
    """Join the digits of a telephone number by "_", which no program dials. Dates stay."""
    parts = _ISO_DATE.split(text)  # each second one is a date
    return "".join(part if at % 2 else _TELEPHONE.sub(_underscored, part) for at, part in enumerate(parts))


def _underscored(match: re.Match[str]) -> str:
    return ("+" if match[0].startswith("+") else "") + "_".join(re.findall(r"\d{1,4}", match[0]))
