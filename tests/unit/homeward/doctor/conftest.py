"""An agency's settings, and clients whose answers the test gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agencies.files import load_agency
from tests.support.answers import Answers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from agencies.settings import Settings

AGENCY = """
name = "town"
display_name = "Town"
contact = "homeward@agency.example"
[environments.dev]
account = "111111111111"
region = "us-east-1"
[matching]
rekognition_requests_per_second = 50
[alerting]
console_url = "https://homeward.agency.example"
sms_per_day = 100
"""


@pytest.fixture
def agency(tmp_path: Path) -> Callable[..., Settings]:
    """Return a function that makes the settings of town-dev with more text in the agency's file."""

    def make(more: str = "") -> Settings:
        file = tmp_path / "town.toml"
        file.write_text(AGENCY + more)
        return load_agency(file)[0]

    return make


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return Answers()
