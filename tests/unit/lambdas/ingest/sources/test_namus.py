"""Tests of NamUs: both shapes of document, hostile documents, and both listings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.cases.case import CaseStatus, LastSeen, Name, PhotoKind, Range
from lambdas.downloads.pace import ProcessPace
from lambdas.downloads.polite_client import PoliteClient
from lambdas.ingest.sources.namus.api import NamUs
from lambdas.ingest.sources.namus.document import read_namus_case
from lambdas.ingest.sources.protocol import DocumentError, UnreadableListingError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.cases.case import Case

BASE = "https://namus.example"
FILES = {"original": {"href": "/x"}}


def read(document: Any, source_id: str = "MP970001") -> Case:
    return read_namus_case("namus", source_id, json.dumps(document).encode(), base_url=BASE)


def namus(website: Any, **options: Any) -> NamUs:
    client = PoliteClient(
        base_url=BASE,
        contact="homeward@agency.example",
        pace=ProcessPace(per_second=1e6),
        permission="the test's own",
        transport=httpx.MockTransport(website),
    )
    return NamUs(client, **options)


def test_shape_b_becomes_a_case(sample: Callable[[str], Any]) -> None:
    case = read(sample("namus_shape_b.json"))
    assert case.case_id == "namus:MP970001"
    assert case.source_url == f"{BASE}/MissingPersons/Case#/970001"
    assert case.names == (
        Name(given="Odile", middle="Wren", family="Madeupson"),
        Name(given="Odie", kind="alias"),
        Name(given="Dee", kind="alias"),
    )
    assert (case.sex, case.race_ethnicity, case.age_when_missing) == ("female", ("Asian",), Range(min=21, max=22))
    assert case.last_seen == LastSeen(
        date="2022-04-29",
        precision="day",
        city="Port Nowhere",
        county="Driftwood",
        region="Washington",
        country="US",
        latitude=47.5,
        longitude=-123.25,
        text="Port Nowhere, WA, USA",
    )
    assert (case.height_cm, case.weight_kg) == (Range(min=162.6, max=167.6), Range(min=59.0, max=59.0))
    assert (case.hair, case.eyes_left, case.eyes_right) == ("Black", "Brown", None)
    assert case.marks == ("Tattoo: Swallow on the left wrist", "Piercing")
    assert case.clothing == ("Clothing: Red jacket", "Jewelry")
    assert case.narrative == "Last seen at the fictional Harbour Fair. Invented text."
    assert [reference.value for reference in case.cross_references] == ["9970001"]
    assert case.source_modified == "2025-02-10T11:00:00.1234567"


def test_only_valid_agency_phones_become_e164(sample: Callable[[str], Any]) -> None:
    sheriff, police = read(sample("namus_shape_b.json")).agencies
    assert (sheriff.phone, sheriff.phone_raw, sheriff.contact, sheriff.primary) == (
        "+13605550119",
        "3605550119",
        "Sam Standin",
        True,
    )
    assert (police.phone, police.phone_raw, police.primary) == (None, "12", False)


def test_photos_use_the_identity_id_and_skip_private_ones(sample: Callable[[str], Any]) -> None:
    photos = read(sample("namus_shape_b.json")).photos
    assert [(photo.photo_id, photo.kind) for photo in photos] == [
        ("970101", PhotoKind.PORTRAIT),
        ("970102", PhotoKind.AGE_PROGRESSION),
        ("970103", PhotoKind.OTHER),
    ]
    assert [photo.taken_year for photo in photos[:2]] == [2021, None]


def test_shape_a_becomes_a_case(sample: Callable[[str], Any]) -> None:
    case = read(sample("namus_shape_a.json"), "MP970002")
    assert (case.last_seen.city, case.last_seen.county, case.last_seen.region) == ("Mockton", "Prairie", "Texas")
    assert (case.agencies[0].phone, case.agencies[0].contact) == ("+13255550131", "Ada Proxy")
    assert [photo.kind for photo in case.photos] == [PhotoKind.PORTRAIT]
    assert case.narrative is None


def test_resolved_case_is_resolved(sample: Callable[[str], Any]) -> None:
    assert read(sample("namus_shape_b.json") | {"caseIsResolved": True}).status is CaseStatus.RESOLVED


@pytest.mark.parametrize(
    "document",
    [
        {"id": 970001},
        {"idFormatted": "MP970001", "subjectIdentification": None, "images": None, "sighting": [], "circumstances": 3},
        {"id": "970001", "subjectIdentification": {"firstName": 7, "lastName": ""}, "images": [None, 1, {}, [[]]]},
        {"id": 970001, "subjectDescription": {"heightFrom": 0, "weightFrom": -5, "heightTo": "x", "sex": "Male"}},
        {
            "id": 970001,
            "images": [{"identityId": 1, "files": None}, {"identityId": True, "files": {"original": {"href": "/x"}}}],
        },
    ],
)
def test_missing_or_mistyped_members_are_unknown(document: dict[str, Any]) -> None:
    case = read(document)
    assert (case.name, case.sex, case.height_cm, case.weight_kg, case.photos) == (None, None, None, None, ())


def test_long_strings_are_cut(sample: Callable[[str], Any]) -> None:
    document = sample("namus_shape_b.json")
    document["circumstances"]["circumstancesOfDisappearance"] = "x" * 10_000_000
    document["subjectIdentification"]["firstName"] = "y" * 1_000_000
    case = read(document)
    assert len(case.narrative or "") == 8_000
    assert len(case.names[0].given or "") == 8_000


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "not JSON"),
        (b"<html>maintenance</html>", "not JSON"),
        (b"[]", "a list, not an object"),
        (b"{}", "names no case"),
        (b'{"id": 5}', "that of 'MP5', not of MP970001"),
        (b"[" * 200_000, "not JSON"),
        (b'{"id": "\xff"}', "not JSON"),
        (b'{"id": 970001, "notes": "\\ud800"}', "not JSON"),
    ],
)
def test_unusable_document_raises_with_the_reason(document: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        read_namus_case("namus", "MP970001", document, base_url=BASE)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "id", "href"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_parser_accepts_any_document_with_an_id(data: st.DataObject) -> None:
    names = [
        "subjectIdentification",
        "subjectDescription",
        "sighting",
        "images",
        "investigatingAgencies",
        "circumstances",
    ]
    document = {name: data.draw(_JSON) for name in names} | {"id": 970001}
    body = json.dumps(document, allow_nan=False, default=str) if _is_finite(document) else "{}"
    if body != "{}":
        assert read_namus_case("namus", "MP970001", body.encode("utf-8", "surrogatepass"), base_url=BASE).case_id


def _is_finite(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False).encode()
    except (ValueError, UnicodeEncodeError):
        return False
    return True


def search(
    cases: dict[str, list[dict[str, Any]]], *, page_rows: int = 10_000, cap: int = 10_000
) -> Callable[[httpx.Request], httpx.Response]:
    """Answer as the search does: `page_rows` per page, and none beyond the first `cap` rows."""

    def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        assert body["projections"] == ["namus2Number", "modifiedDateTime"]
        rows = cases[body["predicates"][0]["values"][0]]
        ordered = rows[::-1] if "Descending" in str(body.get("orderSpecifications")) else rows
        page = ordered[:cap][body["skip"] : body["skip"] + page_rows]
        return httpx.Response(200, json={"count": len(rows), "results": page})

    return answer


def test_search_lists_a_case_of_two_states_once(website: Any) -> None:
    shared = {"namus2Number": 3, "modifiedDateTime": "2024-01-03T00:00:00.1"}
    website.answers = {
        "/api/CaseSets/NamUs/States": httpx.Response(200, json=[{"id": 1, "name": "Oregon"}, {"name": "Texas"}]),
        "/api/CaseSets/NamUs/MissingPersons/Search": search(
            {
                "Oregon": [{"namus2Number": 1, "modifiedDateTime": None}, shared],
                "Texas": [shared, {"namus2Number": None}],
            }
        ),
    }
    listed = list(namus(website).list_cases())
    assert [(case.case_id, case.modified) for case in listed] == [
        ("namus:MP1", None),
        ("namus:MP3", "2024-01-03T00:00:00.1"),
    ]


@pytest.mark.parametrize(("cap", "requests"), [(10_000, 3), (5, 4)])
def test_truncated_state_is_read_in_both_sort_orders(website: Any, cap: int, requests: int) -> None:
    rows = [{"namus2Number": number, "modifiedDateTime": "m"} for number in range(1, 9)]
    website.answers = {"/api/CaseSets/NamUs/MissingPersons/Search": search({"Oregon": rows}, page_rows=3, cap=cap)}
    listed = [case.source_id for case in namus(website, states=("Oregon",)).list_cases()]
    assert sorted(listed) == [f"MP{number}" for number in range(1, 9)]
    assert len(website.requests) == requests


def test_search_that_lacks_rows_raises(website: Any) -> None:
    page = {"count": 20_000, "results": []}
    website.answers = {"/api/CaseSets/NamUs/MissingPersons/Search": httpx.Response(200, json=page)}
    with pytest.raises(UnreadableListingError, match="0 of 20000 cases of Oregon"):
        list(namus(website, states=("Oregon",)).list_cases())


def test_number_range_is_listed_without_requests(website: Any) -> None:
    listed = list(namus(website, numbers=(900_101, 900_103)).list_cases())
    assert [case.source_id for case in listed] == ["MP900101", "MP900102", "MP900103"]
    assert website.requests == []
