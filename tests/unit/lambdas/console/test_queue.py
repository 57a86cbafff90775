"""The queue: rows, filters, pages and news."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from lambdas.cases.case import Range
from lambdas.common.dynamodb import to_attributes
from lambdas.encounters.encounter import AlertState, Review, Sighting
from tests.support.console import person
from tests.support.stories import MARLOWE, put_case

if TYPE_CHECKING:
    from tests.support.console import ConsoleClient
    from tests.support.review_desk import Desk


def add(desk: Desk, name: str, *, minute: int, similarity: float = 90, **members: Any) -> None:
    shot = Sighting(similarity=similarity, captured_at="2026-11-23T02:00:00.000Z", key="k", photo_id="910101")
    desk.add_encounter(name, started_at=f"2026-11-23T02:{minute:02}:00.000Z", sightings={"c1": shot}, **members)


@pytest.fixture
def four(desk: Desk) -> Desk:
    put_case(desk.dynamodb)
    child = msgspec.structs.replace(MARLOWE, case_id="namus:MP2", age_when_missing=Range(min=9, max=9))
    put_case(
        desk.dynamodb, msgspec.structs.replace(child, last_seen=msgspec.structs.replace(child.last_seen, date=None))
    )
    for camera, site in (("cam-01", "North Station"), ("cam-02", "Pier <7>")):
        desk.dynamodb.put_item(TableName="cameras", Item=to_attributes({"camera": camera, "site": site}))
    add(desk, "e1", minute=1, similarity=98.25, alert=AlertState.SENT)
    add(desk, "e2", minute=2, similarity=91, camera="cam-02", case_id="namus:MP2")
    add(desk, "e3", minute=3, similarity=95, review=Review.DISMISSED)
    add(desk, "e4", minute=4, similarity=85, case_id="namus:MP3")
    return desk


def names(console: ConsoleClient, query: str = "") -> list[str]:
    return [row["encounter_id"] for row in console.get_json(f"/encounters{query}")["encounters"]]


def test_row_shows_who_where_when_and_how_alike(console: ConsoleClient, four: Desk) -> None:
    row = console.get_json("/encounters")["encounters"][2]
    shown = {name: row[name] for name in ("name", "stage", "site", "similarity", "seen", "waiting", "is_minor")}
    assert shown == {
        "name": "Marlowe Quill Exampleton",
        "stage": "alerted",
        "site": "North Station",
        "similarity": 98.25,
        "seen": "Nov 22, 2026 19:00 MST",
        "waiting": "59 min",
        "is_minor": False,
    }
    page = console.get("/encounters").text
    assert 'href="/encounters/e1"' in page
    assert "Pier &lt;7&gt;" in page
    assert page.count('<mark class="minor">') == 1


def test_filters_and_orders_live_in_the_address(console: ConsoleClient, four: Desk) -> None:
    expected = {
        "": ["e4", "e2", "e1"],
        "?order=strongest": ["e1", "e2", "e4"],
        "?order=waiting": ["e1", "e2", "e4"],
        "?status=all": ["e4", "e3", "e2", "e1"],
        "?status=dismissed&case=": ["e3"],
        "?status=alerted": ["e1"],
        "?case=namus%3AMP2": ["e2"],
        "?camera=cam-02": ["e2"],
        "?site=North+Station&status=all": ["e4", "e3", "e1"],
        "?site=Nowhere": [],
        "?score=91": ["e2", "e1"],
        "?minors=true": ["e2"],
        "?status=disputed": [],
    }
    assert {query: names(console, query) for query in expected} == expected
    assert len(names(console, "?rows=2")) == 2
    for wrong in ("?status=nothing", "?rows=101", "?score=much", "?cursor=x"):
        assert console.get(f"/encounters{wrong}").status == 422


def test_long_list_continues_page_by_page(console: ConsoleClient, four: Desk) -> None:
    for number in range(60):
        add(four, f"f{number:02}", minute=number % 60)
    first = console.get_json("/encounters?score=80")
    second = console.get_json(first["more"])
    assert (len(first["encounters"]), len(second["encounters"]), second["more"]) == (50, 13, None)
    assert "score=80" in first["more"]
    rows = console.get(first["more"], hx_request="true").text
    assert rows.count("<tr data-item>") == 13
    assert "<html" not in rows


def test_news_tell_what_is_new_without_moving_rows(console: ConsoleClient, four: Desk) -> None:
    live = console.get_json("/encounters")["live"]
    news = console.get_json(live)
    assert (news["new"], news["counts"]) == (0, {"waiting": 3, "is_more": False})
    assert console.get(news["live"]).status == 304
    add(four, "e5", minute=5)
    four.verdicts.acknowledge("e1", by="Unit 7", at=four.clock(), via="console")  # type: ignore[arg-type]
    text = console.get(news["live"]).text
    assert "1 new: show" in text
    assert re.search(r'<span class="stage acknowledged" id="stage-e1" hx-swap-oob="true">', text)
    assert "e5" not in text


def test_auditor_sees_no_queue(console: ConsoleClient, four: Desk) -> None:
    console.person = person("auditor")
    assert {console.get(path).status for path in ("/encounters", "/encounters/live", "/encounters/e1")} == {403}
