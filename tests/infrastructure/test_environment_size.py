"""Lambda allows 4 KB for the environment variables of a function, also with the largest agency file."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from agencies.files import AgencyFileError, load_agency
from stacks.environment import AgencyEnvironment
from tests.infrastructure.templates import AGENCY_FILE, new_app

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAX_BYTES = 4096
# The longest addresses that AWS makes here: of a queue with a name of 80 characters, and of a secret.
MADE_BY_AWS = "x" * 135


def webhook(number: int) -> str:
    name = f"webhook-{number:02}".ljust(31, "x")
    return f'[[alerting.recipients]]\nname = "{name}"\nwebhook = "https://hooks.example/{"x" * 40}"\n'


def phone(number: int) -> str:
    name = f"phone-{number:02}".ljust(31, "x")
    return (
        f'[[alerting.recipients]]\nname = "{name}"\nsms = "+150355501{number:02}"\nfilter = {{ sources = ["namus"] }}\n'
    )


def feed(number: int) -> str:
    return (
        f'[[feeds]]\nname = "feed-{number:02}"\nurl = "https://shelter-{number:02}.example/feed.xml"\n'
        'permission = "Letter of 2026-10-01"\n'
    )


def grown(text: str, more: Callable[[int], str], folder: Path) -> tuple[str, int]:
    """Add tables until the agency file is refused. Return the largest text that is allowed, and the number added."""
    for number in range(90):
        file = folder / "agency.toml"
        file.write_text(text + more(number))
        try:
            load_agency(file)
        except AgencyFileError:
            return text, number
        text += more(number)
    raise AssertionError("the agency file has no limit")


@pytest.fixture(scope="module")
def largest(tmp_path_factory: pytest.TempPathFactory) -> AgencyEnvironment:
    folder = tmp_path_factory.mktemp("agency")
    text, webhooks = grown(AGENCY_FILE.read_text() + "\n", webhook, folder)
    text, phones = grown(text, phone, folder)
    text, feeds = grown(text, feed, folder)
    assert (webhooks, phones >= 5, feeds) == (8, True, 50)
    (folder / "agency.toml").write_text(text)
    return AgencyEnvironment(new_app(), "everytown-dev", settings=load_agency(folder / "agency.toml")[0])


def resolved(value: Any) -> str:
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return str(separator).join(resolved(part) for part in parts)
    return MADE_BY_AWS


def test_every_function_fits_into_4_kb(largest: AgencyEnvironment) -> None:
    sizes = {}
    for stack in largest.node.children:
        assert isinstance(stack, cdk.Stack)
        for name, function in assertions.Template.from_stack(stack).find_resources("AWS::Lambda::Function").items():
            variables = function["Properties"].get("Environment", {"Variables": {}})["Variables"]
            sizes[name] = sum(len(f"{key}{resolved(value)}".encode()) for key, value in variables.items())
    assert max(sizes.values()) > 3000
    assert {name: size for name, size in sizes.items() if size >= MAX_BYTES} == {}


def test_no_address_of_a_recipient_is_in_an_environment(largest: AgencyEnvironment) -> None:
    """Everybody who may describe a function reads it."""
    for stack in largest.node.children:
        assert isinstance(stack, cdk.Stack)
        for name, function in assertions.Template.from_stack(stack).find_resources("AWS::Lambda::Function").items():
            text = json.dumps(function["Properties"].get("Environment", {}))
            assert not re.search(r"\+1\d{10}|missing-persons@", text), name
