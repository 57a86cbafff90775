"""500 encounters in Chromium: the list grows while it is scrolled, and nothing on it moves by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from lambdas.common.times import now, to_text
from lambdas.encounters.encounter import Encounter, Sighting, Timeline
from lambdas.encounters.table import encounter_item, encounter_key
from local_cloud.demo.watch import wait_until
from tests.end_to_end.deployed_agency import CASE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.end_to_end.console.console_site import ConsoleSite
    from tests.end_to_end.deployed_agency import DeployedAgency

CAMERA, COUNT = "console-many", 500
# Adds up what moves without a click or a key before it (https://web.dev/articles/cls). Below 0.1 is "good".
WATCH_SHIFTS = """
window.shifted = 0;
window.moved = [];
new PerformanceObserver((list) => list.getEntries().filter((entry) => !entry.hadRecentInput).forEach((entry) => {
  window.shifted += entry.value;
  window.moved.push(...entry.sources.map((each) => each.node?.nodeName));
})).observe({type: "layout-shift", buffered: true});
"""


def write(agency: DeployedAgency, numbers: range, request: Callable[[Encounter], dict[str, Any]]) -> None:
    """Send a request for each of these encounters."""
    requests = [request(encounter(number)) for number in numbers]
    for at in range(0, len(requests), 25):
        items = {agency.deployment["EncountersTable"]: requests[at : at + 25]}
        agency.deployment.client("dynamodb").batch_write_item(RequestItems=items)


def put(given: Encounter) -> dict[str, Any]:
    return {"PutRequest": {"Item": encounter_item(given)}}


def delete(given: Encounter) -> dict[str, Any]:
    return {"DeleteRequest": {"Key": encounter_key(given.encounter_id)}}


def encounter(number: int) -> Encounter:
    at, name = to_text(now()), f"many-{number}"
    sighting = Sighting(similarity=90 + number % 10, captured_at=at, key=f"encounters/{name}/c.jpg", photo_id="1")
    return Encounter(
        encounter_id=name,
        case_id=CASE,
        camera=CAMERA,
        started_at=at,
        sightings={"c": sighting},
        timeline=Timeline(captured_at=at, received_at=at, searched_at=at, encountered_at=at),
        link_token="none",
    )


@pytest.fixture
def many(agency: DeployedAgency) -> Iterator[None]:
    write(agency, range(COUNT), put)
    yield
    write(agency, range(COUNT + 1), delete)


@pytest.mark.usefixtures("many")
def test_long_queue_scrolls_without_a_jump(console: ConsoleSite) -> None:
    page = console.signed_in("reviewer")
    page.route("**/pictures/*", lambda route: route.abort())  # their places are there before them
    page.add_init_script(WATCH_SHIFTS)
    page.goto(f"/encounters?camera={CAMERA}&rows=100")
    rows = page.locator("tr[data-item]")
    expect(rows).to_have_count(100)
    page.mouse.move(600, 500)
    while rows.count() < COUNT:
        shown = rows.count()
        for _ in range(10):
            page.mouse.wheel(0, 400)
        if rows.count() == shown and page.locator(".ahead").evaluate("each => each.getBoundingClientRect().top < 0"):
            wait_until("the next page", lambda shown=shown: rows.count() > shown)  # type: ignore[misc] # a default
    addresses = rows.locator("a").evaluate_all("all => all.map((each) => each.getAttribute('href'))")
    assert len(set(addresses)) == COUNT

    page.mouse.wheel(0, -100_000)
    write(console.agency, range(COUNT, COUNT + 1), put)
    expect(page.get_by_role("link", name="1 new: show")).to_be_visible(timeout=20_000)
    assert rows.first.locator("a").get_attribute("href") == addresses[0]
    assert page.evaluate("window.shifted") < 0.1, page.evaluate("window.moved")
