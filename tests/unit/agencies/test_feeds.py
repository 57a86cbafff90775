from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agencies.files import AgencyFileError, load_agency

if TYPE_CHECKING:
    from pathlib import Path

TOWN = """
name = "town"
display_name = "Town"
contact = "homeward@agency.example"
[environments.dev]
[alerting]
console_url = "https://homeward.agency.example"
"""
FEED = """
[[feeds]]
name = "shelter"
url = "https://shelter.example/feed.xml"
permission = "Letter of 2026-10-01 from the shelter"
"""


def refusal(folder: Path, text: str) -> str:
    file = folder / "town.toml"
    file.write_text(TOWN + text)
    with pytest.raises(AgencyFileError) as refused:
        load_agency(file)
    return str(refused.value).removeprefix(f"{file}: ")


def test_agency_file_may_list_feeds(tmp_path: Path) -> None:
    file = tmp_path / "town.toml"
    file.write_text(TOWN)
    assert load_agency(file)[0].feeds == []
    file.write_text(TOWN + FEED)
    [feed] = load_agency(file)[0].feeds
    assert (feed.name, feed.interval_minutes, feed.image_origins) == ("shelter", 60, [])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("permission", "# permission", "feeds.0.permission: missing: a feed may be read only with permission"),
        ("Letter of 2026-10-01 from the shelter", "yes", "feeds.0.permission: 'yes' is not allowed"),
        ("https://shelter", "http://shelter", "feeds.0.url: 'http://shelter.example/feed.xml' is not allowed"),
        ("permission", "interval_minutes = 1\npermission", "feeds.0.interval_minutes: 1 is not allowed"),
        ("url", "link", "feeds.0.url: missing"),
        ("permission", "every_minutes = 60\npermission", "feeds.0.every_minutes: unknown key; did you mean interval_m"),
    ],
)
def test_invalid_feed_is_refused_with_its_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert message in refusal(tmp_path, FEED.replace(old, new, 1))


def test_feeds_must_have_different_names(tmp_path: Path) -> None:
    assert "shelter: two feeds have this name" in refusal(tmp_path, FEED + FEED)
