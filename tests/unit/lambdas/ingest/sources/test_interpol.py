"""Tests of INTERPOL notices: splitting queries of more than 160 rows, and parsing partial data."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from lambdas.cases.case import CaseType, LastSeen, Name, Period, Range
from lambdas.downloads.pace import ProcessPace
from lambdas.downloads.polite_client import PoliteClient
from lambdas.ingest.sources.interpol.api import Interpol
from lambdas.ingest.sources.interpol.document import read_interpol_case
from lambdas.ingest.sources.protocol import DocumentError, UnreadableListingError

BASE = "https://interpol.example"
NOTICE = {
    "forename": "MARIN", "name": "UNREALOV", "birth_name": "MADEUP", "date_of_birth": "2004/03/09",
    "nationalities": ["XX", 5], "sex_id": "F", "height": 1.27, "weight": 26, "eyes_colors_id": ["BRO"],
    "hairs_id": ["BLA", "ZZZ"], "distinguishing_marks": None, "date_of_event": "2012/05/21",
    "place": "PLACEHOLDER JUNCTION", "country": "XX", "entity_id": "2099/70001",
}  # fmt: skip
IMAGES = {
    "_embedded": {
        "images": [
            {"picture_id": "1", "_links": {"self": {"href": f"{BASE}/notices/v1/yellow/2099-70001/images/1"}}},
            {"picture_id": None, "_links": None},
        ]
    }
}


def interpol(website: Any, **options: Any) -> Interpol:
    client = PoliteClient(
        base_url=BASE,
        contact="homeward@agency.example",
        pace=ProcessPace(per_second=1e6),
        permission="the test's own",
        transport=httpx.MockTransport(website),
    )
    return Interpol(client, **options)


def read(notice: dict[str, Any]) -> Any:
    document = json.dumps({"notice": notice, "images": IMAGES}).encode()
    return read_interpol_case("interpol", "2099-70001", document, case_type=CaseType.MISSING)


def test_notice_becomes_a_case() -> None:
    case = read(NOTICE)
    assert case.names == (Name(given="Marin", family="Unrealov"), Name(given="Marin", family="Madeup", kind="alias"))
    assert (case.sex, case.nationalities) == ("female", ("XX",))
    assert (case.age_when_missing, case.height_cm) == (Range(min=8, max=8), Range(min=127, max=127))
    assert (case.hair, case.eyes_left) == ("black, zzz", "brown")
    assert case.last_seen == LastSeen(date="2012-05-21", precision="day", city="Placeholder Junction", country="XX")
    assert [photo.photo_id for photo in case.photos] == ["1"]
    assert (case.agencies[0].name, case.agencies[0].phone) == ("INTERPOL National Central Bureau, XX", None)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("1990", Period(first="1990-01-01", last="1990-12-31", precision="year")),
        ("1990/07", Period(first="1990-07-01", last="1990-07-28", precision="month")),
        ("1990/00/00", Period(first="1990-01-01", last="1990-12-31", precision="year")),
        ("soon", None),
        (None, None),
    ],
)
def test_birth_date_keeps_its_precision(date: str | None, expected: Period | None) -> None:
    assert read(NOTICE | {"date_of_birth": date}).birth == expected


def test_zero_and_null_are_unknown() -> None:
    nothing = {"height": 0, "weight": 0, "nationalities": None, "eyes_colors_id": None, "forename": None}
    case = read(NOTICE | nothing)
    assert (case.height_cm, case.weight_kg, case.nationalities, case.eyes_left) == (None, None, (), None)
    assert case.name == "Unrealov"


def test_document_of_another_notice_raises() -> None:
    with pytest.raises(DocumentError, match="2099-70002"):
        read(NOTICE | {"entity_id": "2099/70002"})


class Notices:
    """A listing that truncates each query to 160 rows, as the API does."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows
        self.queries: list[dict[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        self.queries.append(query)
        found = [row for row in self.rows if self._matches(row, query)]
        start = (int(query["page"]) - 1) * 50
        rows = found[:160][start : start + 50]
        return httpx.Response(200, json={"total": len(found), "_embedded": {"notices": rows}})

    def _matches(self, row: dict[str, Any], query: dict[str, str]) -> bool:
        if "nationality" in query and query["nationality"] not in (row["nationalities"] or []):
            return False
        return "ageMin" not in query or int(query["ageMin"]) <= row["age"] <= int(query["ageMax"])


def rows(count: int, nationality: str | None, *, first: int = 0) -> list[dict[str, Any]]:
    return [
        {"entity_id": f"2099/{first + at}", "nationalities": nationality and [nationality], "age": at % 90}
        for at in range(count)
    ]


def test_short_listing_is_read_page_by_page(website: Any) -> None:
    website.answers = {"/notices/v1/yellow": Notices(rows(120, "XX"))}
    assert len(list(interpol(website).list_cases())) == 120


def test_long_query_is_split_and_lists_each_notice_once(website: Any) -> None:
    notices = Notices(rows(150, "XX") + rows(400, "YY", first=1_000) + rows(30, None, first=2_000))
    website.answers = {"/notices/v1/yellow": notices}
    listed = list(interpol(website, nationalities=("XX", "YY")).list_cases())
    assert len(listed) == len({case.source_id for case in listed}) == 580
    assert listed[0].source_id == "2099-0"


def test_marker_changes_with_the_row(website: Any) -> None:
    website.answers = {"/notices/v1/yellow": Notices(rows(1, "XX"))}
    [before] = interpol(website).list_cases()
    [same] = interpol(website).list_cases()
    website.answers = {"/notices/v1/yellow": Notices([rows(1, "XX")[0] | {"forename": "NEW"}])}
    [after] = interpol(website).list_cases()
    assert before == same != after


def test_html_challenge_raises(website: Any) -> None:
    website.answers = {"/notices/v1/yellow": httpx.Response(200, content=b"<html>challenge</html>")}
    with pytest.raises(UnreadableListingError):
        list(interpol(website).list_cases())


def test_red_notices_are_wanted_persons(website: Any) -> None:
    website.answers = {
        "/notices/v1/red/2099-70001": httpx.Response(200, json=NOTICE),
        "/notices/v1/red/2099-70001/images": httpx.Response(200, json=IMAGES),
    }
    source = interpol(website, case_type=CaseType.WANTED)
    case = source.read("2099-70001", source.fetch_document("2099-70001"))
    assert (case.case_type, len(case.photos)) == (CaseType.WANTED, 1)


def test_document_that_is_not_json_is_returned_unchanged(website: Any) -> None:
    website.answers = {
        "/notices/v1/yellow/2099-70001": httpx.Response(200, json=NOTICE),
        "/notices/v1/yellow/2099-70001/images": httpx.Response(200, content=b"<oops>"),
    }
    source = interpol(website)
    document = source.fetch_document("2099-70001")
    assert document == b"<oops>"
    with pytest.raises(DocumentError):
        source.read("2099-70001", document)
