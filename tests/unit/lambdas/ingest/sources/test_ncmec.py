"""Tests of NCMEC: the cookie session, children only, and no pictures of companions."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from lambdas.cases.case import Name, PhotoKind, Range
from lambdas.downloads.errors import GoneError
from lambdas.downloads.pace import ProcessPace
from lambdas.downloads.polite_client import PoliteClient
from lambdas.ingest.sources.ncmec.api import Ncmec
from lambdas.ingest.sources.ncmec.document import read_ncmec_case
from lambdas.ingest.sources.protocol import DocumentError, UnreadableListingError

SERVLET = "/missingkids/servlet/JSONDataServlet"
CHILD = {
    "orgPrefix": "NCMC", "caseNumber": "9970102", "seqNumber": 1, "firstName": "PERNILLA", "middleName": "",
    "lastName": "SHAMLEY",
    "sex": "female", "race": "white", "birthDate": "Mar 9, 2004 12:00:00 AM", "missingDate": "May 21, 2012 12:00:00 AM",
    "missingCity": "PLACEHOLDER JUNCTION", "missingCounty": "Cottonwood", "missingState": "TX", "missingCountry": "US",
    "height": 50, "heightInInch": True, "weight": 26, "weightInPound": False, "eyeColor": "brown", "hairColor": "black",
    "hasPhoto": True, "hasAgedPhoto": True, "hasExtraPhoto": False, "approxAge": "", "caseType": "endangeredMissing",
    "circumstance": "Invented &amp; fictional.", "orgName": "NCMEC", "orgContactInfo": "1-800-555-0100",
    "altContact": "Cottonwood County Sheriff's Office (Texas) 1-325-555-0117",
}  # fmt: skip


def ncmec(website: Any, *states: str) -> Ncmec:
    client = PoliteClient(
        base_url="https://ncmec.example",
        contact="homeward@agency.example",
        pace=ProcessPace(per_second=1e6),
        permission="the test's own",
        transport=httpx.MockTransport(website),
    )
    return Ncmec(client, states=states)


def read(child: dict[str, Any]) -> Any:
    return read_ncmec_case("ncmec", "NCMC9970102-1", json.dumps({"status": "success", "childBean": child}).encode())


def test_child_becomes_a_case() -> None:
    case = read(CHILD)
    assert case.names == (Name(given="Pernilla", family="Shamley"),)
    assert case.age_when_missing == Range(min=8, max=8)
    assert (case.height_cm, case.weight_kg) == (Range(min=127, max=127), Range(min=26, max=26))
    assert (case.last_seen.date, case.last_seen.place) == ("2012-05-21", "Placeholder Junction, TX")
    agency = case.primary_agency
    assert agency is not None
    assert (agency.name, agency.phone) == ("Cottonwood County Sheriff's Office (Texas)", "+13255550117")
    assert case.narrative == "Invented & fictional."


def test_letter_of_a_picture_sets_its_kind() -> None:
    photos = read(CHILD | {"hasExtraPhoto": True}).photos
    assert [(photo.url, photo.kind) for photo in photos] == [
        ("/photographs/NCMC9970102c1.jpg", PhotoKind.PORTRAIT),
        ("/photographs/NCMC9970102e1.jpg", PhotoKind.AGE_PROGRESSION),
        ("/photographs/NCMC9970102x1.jpg", PhotoKind.PORTRAIT),
    ]


def test_approximate_age_replaces_an_unknown_birth_date() -> None:
    assert read(CHILD | {"birthDate": "", "age": -1, "approxAge": "14-17"}).age_when_missing == Range(min=14, max=17)
    assert read(CHILD | {"birthDate": None, "age": 22}).age_when_missing is None


@pytest.mark.parametrize(
    "document",
    [
        {"status": "error", "msg": "try later"},
        {"status": "success", "childBean": CHILD | {"caseNumber": "1"}},
        {"status": "success", "childBean": CHILD | {"caseType": "unidentified"}},
    ],
)
def test_document_of_something_else_raises(document: dict[str, Any]) -> None:
    with pytest.raises(DocumentError):
        read_ncmec_case("ncmec", "NCMC9970102-1", json.dumps(document).encode())


def row(number: int, **changes: Any) -> dict[str, Any]:
    return {"orgPrefix": "NCMC", "caseNumber": str(number), "seqNumber": 1, "isChild": True, "age": 20} | changes


def session(request: httpx.Request) -> httpx.Response:
    """Set a cookie with the first page, and require it for the next pages."""
    if request.url.params.get("search") == "new":
        rows = [row(1), row(2, isChild=False), row(3, orgPrefix="NCMU"), row(4, orgName="NCMEC-Unidentified"), None]
        rows.append(row(6, caseNumber="\u0668"))  # an Arabic digit, which no id of a case may have
        body = {"status": "success", "totalPages": 2, "persons": rows}
        return httpx.Response(200, json=body, headers={"set-cookie": "JSESSIONID=abc; Path=/"})
    if request.headers.get("cookie") != "JSESSIONID=abc":
        return httpx.Response(200, json={"status": "fail"})
    return httpx.Response(200, json={"status": "success", "totalPages": 2, "persons": [row(1), row(5)]})


def test_one_session_lists_only_children(website: Any) -> None:
    website.answers = {SERVLET: session}
    assert [case.source_id for case in ncmec(website, "TX").list_cases()] == ["NCMC1-1", "NCMC5-1"]


def test_lost_session_raises(website: Any) -> None:
    website.answers = {SERVLET: httpx.Response(200, json={"status": "fail"})}
    with pytest.raises(UnreadableListingError, match=r"TX.*fail"):
        list(ncmec(website, "TX").list_cases())


def test_marker_ignores_the_current_age(website: Any) -> None:
    def listing(age: int, city: str) -> httpx.Response:
        return httpx.Response(200, json={"status": "success", "persons": [row(1, age=age, missingCity=city)]})

    markers = []
    for age, city in ((20, "A"), (21, "A"), (21, "B")):
        website.answers = {SERVLET: listing(age, city)}
        markers += [case.modified for case in ncmec(website, "TX").list_cases()]
    assert markers[0] == markers[1] != markers[2]


def test_success_without_a_child_raises_gone(website: Any) -> None:
    website.answers = {SERVLET: httpx.Response(200, json={"status": "success", "msg": ""})}
    with pytest.raises(GoneError):
        ncmec(website).fetch_document("NCMC1-1")
    website.answers = {SERVLET: httpx.Response(200, json={"status": "error", "msg": "try later"})}
    assert ncmec(website).fetch_document("NCMC1-1")
