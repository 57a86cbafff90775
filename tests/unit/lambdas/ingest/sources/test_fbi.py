"""Tests of FBI posters: the listing, the parser, and the kinds of pictures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from lambdas.cases.case import CaseStatus, CaseType, LastSeen, Name, Period, PhotoKind, Range
from lambdas.downloads.errors import RefusedError
from lambdas.downloads.pace import ProcessPace
from lambdas.downloads.polite_client import PoliteClient
from lambdas.ingest.sources.fbi.api import Fbi
from lambdas.ingest.sources.fbi.document import case_type_of, photo_kind, read_fbi_case
from lambdas.ingest.sources.protocol import DocumentError, UnreadableListingError

if TYPE_CHECKING:
    from collections.abc import Callable


def fbi(website: Any, **options: Any) -> Fbi:
    client = PoliteClient(
        base_url="https://api.fbi.example",
        contact="homeward@agency.example",
        pace=ProcessPace(per_second=1e6),
        permission="the test's own",
        further_origins=("https://www.fbi.example",),
        transport=httpx.MockTransport(website),
    )
    return Fbi(client, **options)


@pytest.fixture
def poster(sample: Callable[[str], Any]) -> dict[str, Any]:
    return dict(sample("fbi_list.json")["items"][0])


def read(poster: dict[str, Any]) -> Any:
    return read_fbi_case("fbi", poster["uid"], json.dumps(poster).encode())


def test_missing_persons_are_listed_from_each_classification(website: Any, sample: Callable[[str], Any]) -> None:
    website.answers = {"/wanted/v1/list": httpx.Response(200, json=sample("fbi_list.json"))}
    listed = list(fbi(website).list_cases())
    assert [(case.case_id, case.modified) for case in listed] == [
        ("fbi:aa01", "2025-08-20T16:58:56+00:00"),
        ("fbi:aa02", "2024-09-08T00:05:41+00:00"),
    ]
    wanted = list(fbi(website, case_type=CaseType.WANTED).list_cases())
    assert [case.source_id for case in wanted] == ["aa03", "aa04"]


@pytest.mark.parametrize(
    ("classification", "subjects", "expected"),
    [
        ("missing", None, CaseType.MISSING),
        ("kidnapping", [], CaseType.MISSING),
        ("kidnapping", ["Parental Kidnappings"], CaseType.WANTED),
        ("default", ["Kidnappings and Missing Persons"], CaseType.MISSING),
        ("ten", ["Ten Most Wanted Fugitives"], CaseType.WANTED),
        ("information", ["Seeking Information"], CaseType.OTHER),
    ],
)
def test_case_type_of_a_poster(classification: str, subjects: Any, expected: CaseType) -> None:
    assert case_type_of({"poster_classification": classification, "subjects": subjects}) is expected


def test_listing_reads_every_page_and_must_be_complete(website: Any) -> None:
    def page(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params["page"])
        assert request.url.params["pageSize"] == "50"
        rows = [{"uid": f"a{number}{at}", "poster_classification": "missing"} for at in range(50 if number < 3 else 7)]
        return httpx.Response(200, json={"total": 107, "page": number, "items": rows if number < 4 else []})

    website.answers = {"/wanted/v1/list": page}
    assert len(list(fbi(website).list_cases())) == 107
    website.answers = {"/wanted/v1/list": httpx.Response(200, json={"total": 5, "items": []})}
    with pytest.raises(UnreadableListingError, match="0 of 5"):
        list(fbi(website).list_cases())


def test_html_instead_of_a_list_raises(website: Any) -> None:
    website.answers = {"/wanted/v1/list": httpx.Response(200, content=b"<html></html>")}
    with pytest.raises(UnreadableListingError, match="not JSON"):
        list(fbi(website).list_cases())


def test_poster_is_parsed_without_markup(poster: dict[str, Any]) -> None:
    case = read(poster)
    assert case.names == (Name(given="Teodora", family="Inventada"),)
    assert case.narrative == "Invented details. Remark & more."
    assert case.last_seen == LastSeen(
        date="2012-05-21",
        precision="day",
        city="Placeholder Junction",
        region="Texas",
        text="Placeholder Junction, Texas",
    )
    assert case.birth == Period(first="2004-03-09", last="2004-03-09")
    assert (case.age_when_missing, case.height_cm) == (Range(min=8, max=9), Range(min=127, max=132.1))
    assert (case.hair, case.eyes_left, case.marks) == ("Brown", None, ("Scar on chin.",))


def test_place_in_a_title_is_not_part_of_the_name(sample: Callable[[str], Any]) -> None:
    case = read(sample("fbi_list.json")["items"][1])
    assert case.names[0] == Name(given="Ellis", family="O'Notreal")
    assert [str(name) for name in case.names[1:]] == ["Lee", "Lee Notreal"]


def test_several_dates_of_birth_become_a_range(poster: dict[str, Any]) -> None:
    case = read(poster | {"dates_of_birth_used": ["February 2, 1981", "January 2, 1980", "sometime"]})
    assert case.birth == Period(first="1980-01-02", last="1981-02-02", precision="range")


def test_pictures_of_others_and_without_caption_are_other(poster: dict[str, Any]) -> None:
    kinds = [photo.kind for photo in read(poster).photos]
    assert kinds == [
        PhotoKind.PORTRAIT,
        PhotoKind.AGE_PROGRESSION,
        PhotoKind.OTHER,
        PhotoKind.ARTIST,
        PhotoKind.OTHER,
    ]


@pytest.mark.parametrize("caption", ["2009 Ford truck", "Person of interest", "Her mother", "Similar necklace"])
def test_captions_of_something_else_are_other(caption: str) -> None:
    assert photo_kind(caption, is_poster=False) is PhotoKind.OTHER


def test_photo_id_depends_only_on_its_link(poster: dict[str, Any]) -> None:
    first, second = read(poster).photos[:2]
    assert first.photo_id == read(poster | {"modified": "later"}).photos[0].photo_id != second.photo_id


@pytest.mark.parametrize("status", ["located", "Recovered", "deceased"])
def test_found_person_is_resolved(poster: dict[str, Any], status: str) -> None:
    assert read(poster | {"status": status}).status is CaseStatus.RESOLVED


def test_poster_that_became_wanted_is_resolved(website: Any, poster: dict[str, Any]) -> None:
    poster |= {"poster_classification": "default", "subjects": ["Cyber's Most Wanted"]}
    case = fbi(website).read("aa01", json.dumps(poster).encode())
    assert (case.case_type, case.status) == (CaseType.WANTED, CaseStatus.RESOLVED)


def test_document_of_another_poster_raises(poster: dict[str, Any]) -> None:
    with pytest.raises(DocumentError, match="'aa01', not of aa09"):
        read_fbi_case("fbi", "aa09", json.dumps(poster).encode())


def test_photos_come_only_from_allowed_origins(website: Any, poster: dict[str, Any]) -> None:
    website.answers = {"/wanted/kidnap/teodora-inventada/@@images/image": httpx.Response(200, content=b"jpeg")}
    source = fbi(website)
    assert source.fetch_photo(read(poster).photos[0]) == b"jpeg"
    poster["images"][0]["original"] = "https://cdn.example/x.jpg"
    with pytest.raises(RefusedError):
        source.fetch_photo(read(poster).photos[0])
