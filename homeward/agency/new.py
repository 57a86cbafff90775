"""Write a new agency file: the example with the agency's own values."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agencies.schema import EXAMPLE

if TYPE_CHECKING:
    from collections.abc import Mapping

_MANY_REQUESTS = {"us-east-1", "us-west-2"}  # the regions with a Rekognition quota of 50 requests a second


@dataclass(frozen=True, kw_only=True)
class NewAgency:
    """The values that an agency must decide. Everything else begins as in the example."""

    name: str
    display_name: str
    contact: str
    country: str
    account: str
    region: str
    time_zone: str
    language: str
    sms: str
    email: str
    environments: tuple[str, ...]


def agency_text(agency: NewAgency, *, schema: str) -> str:
    """Return the file. `schema` is the path of the JSON Schema from the file's folder."""
    text = EXAMPLE.read_text(encoding="utf-8").replace("springfield", agency.name)
    values: dict[str, object] = {
        "name": agency.name,
        "display_name": agency.display_name,
        "contact": agency.contact,
        "country": agency.country,
        "time_zone": agency.time_zone,
        "language": agency.language,
        "states": [],
        "rekognition_requests_per_second": 50 if agency.region in _MANY_REQUESTS else 5,
    }
    for key, value in values.items():
        text = _set(text, key, json.dumps(value, ensure_ascii=False))
    text = _replace(text, "[environments.dev]", "[sources.namus]", _environments(agency))
    text = _replace(text, "[[alerting.recipients]]", "[retention]", _recipients(agency))
    text = text[text.index("# A value under") :]
    return f"#:schema {schema}\n{text}"


def _set(text: str, key: str, value: str) -> str:
    """Give a key its value, and keep its comment at the same column."""
    pattern = re.compile(rf"^{key} = [^#\n]*?( *)(#.*)?(?=\n|\Z)", re.MULTILINE)

    def line(found: re.Match[str]) -> str:
        column = len(found[0]) - len(found[2] or "")
        return f"{key} = {value}".ljust(column - 1) + f" {found[2]}" if found[2] else f"{key} = {value}"

    return pattern.sub(line, text, count=1)


def _replace(text: str, start: str, end: str, replacement: str) -> str:
    begin = text.index(f"\n{start}\n") + 1
    return text[:begin] + replacement + text[text.index(f"\n{end}", begin) + 1 :]


def _environments(agency: NewAgency) -> str:
    tables = []
    for environment in agency.environments:
        place = _lines({"account": agency.account, "region": agency.region})
        removal = "destroy" if environment == "dev" else "retain"
        tables.append(f"[environments.{environment}]\n{place}removal_policy = {json.dumps(removal)}\n\n")
    return "".join(tables)


def _recipients(agency: NewAgency) -> str:
    given = {"duty-desk": {"sms": agency.sms}, "mailbox": {"email": agency.email}}
    tables = [
        f"[[alerting.recipients]]\nname = {json.dumps(name)}\n{_lines(address)}\n"
        for name, address in given.items()
        if any(address.values())
    ]
    return "".join(tables)


def _lines(values: Mapping[str, str]) -> str:
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items() if value)
