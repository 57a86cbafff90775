"""The pages of the console in Chromium: by keys, without scripts, on a phone, and the search by photo."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from lambdas.common.things import thing_name, topic
from lambdas.common.times import now, to_text
from local_cloud.demo.watch import wait_until
from tests.end_to_end.console.console_site import loaded_pictures
from tests.end_to_end.deployed_agency import PERSON, jpeg
from tests.support.chromium import accessibility_problems

if TYPE_CHECKING:
    from tests.end_to_end.console.console_site import ConsoleSite

CAMERA = "console-2"


@pytest.fixture(scope="module")
def encounter(console_site: ConsoleSite) -> str:
    """An encounter of the person of the first case."""
    console_site.agency.send(jpeg(PERSON[1]), camera=CAMERA)
    [found] = wait_until("the encounter", lambda: console_site.agency.encounters_at(CAMERA))
    return str(found["encounter_id"])


def test_keys_lead_from_the_queue_to_a_verdict_and_back(console: ConsoleSite, encounter: str) -> None:
    page = console.signed_in("reviewer")
    page.goto(f"/encounters?camera={CAMERA}&status=all")
    assert loaded_pictures(page, "img.thumb") == [96, 96]
    assert accessibility_problems(page) == []
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{console.url}/encounters/{encounter}")
    assert loaded_pictures(page, ".pictures img") == [480, 480]
    assert accessibility_problems(page) == []
    assert len(re.findall(rb"/Type */Page\b", page.pdf(prefer_css_page_size=True))) == 1, "it prints to one page"

    page.keyboard.press("d")
    page.keyboard.type("None")
    page.get_by_label("Note").locator("visible=true").fill("A passer-by.")
    page.get_by_role("button", name="Record").locator("visible=true").click()
    expect(page.get_by_role("status")).to_contain_text("dismissed: reviewer@agency.example")
    expect(page.get_by_text("unknown-person: A passer-by.")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    expect(page.locator("header .stage")).not_to_have_text("dismissed")
    assert loaded_pictures(page, ".pictures img") == [480, 480]


def test_verdict_needs_no_script(console: ConsoleSite, encounter: str) -> None:
    page = console.signed_in("reviewer", java_script_enabled=False)
    page.goto(f"/encounters/{encounter}?zoom=close")
    page.get_by_text("Nobody can tell").click()
    page.get_by_label("Reason").locator("visible=true").select_option("quality")
    page.get_by_role("button", name="Record").locator("visible=true").click()
    expect(page.get_by_role("status")).to_contain_text("undecided")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)


def test_phone_shows_the_pages_without_sideways_scrolling(console: ConsoleSite, encounter: str) -> None:
    page = console.signed_in("supervisor", color_scheme="dark", viewport={"width": 390, "height": 844})
    for path in ("/encounters", f"/encounters/{encounter}", "/cases", "/cameras", "/sync", "/thresholds", "/audit"):
        response = page.goto(path)
        assert response
        assert response.status == 200, path
        assert accessibility_problems(page) == [], path
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, (path, wide)


def test_supervisor_searches_by_photo(console: ConsoleSite) -> None:
    page = console.signed_in("supervisor")
    page.goto("/photo-search")
    page.get_by_label("Purpose").fill("unidentified patient")
    page.get_by_label("Reference").fill("2026-17")
    page.get_by_label("Picture").set_input_files(str(PERSON[2]))
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_text("Possible matches, not verified")).to_be_visible()
    widths = loaded_pictures(page, ".faces img")
    assert len(widths) >= 2
    assert min(widths) > 0
    assert accessibility_problems(page) == []
    page.locator(".faces a").first.click()
    expect(page.get_by_role("heading", name="Photos")).to_be_visible()
    assert min(loaded_pictures(page, ".faces img")) > 0


def test_camera_page_shows_what_a_camera_reports(console: ConsoleSite, encounter: str) -> None:
    stage = console.agency.deployment.stage
    report = {"schema": "homeward.health/1", "at": to_text(now() + timedelta(seconds=90)), "dropped": 4, "waiting": 17}
    console.agency.publish(topic(stage, thing_name(stage, CAMERA), "health"), report)
    page = console.signed_in("reviewer")

    def shown() -> bool:
        page.goto("/cameras")
        row = page.locator("tr[data-item]", has_text=CAMERA).inner_text()
        return all(text in row for text in (" s ago", "off by +", "17", "4"))

    wait_until("the camera's report", shown)
    assert accessibility_problems(page) == []
