"""Tests of fetching one case: the gallery's final state, and what is not fetched or written again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import msgspec
import pytest

from lambdas.cases.case import CaseStatus
from lambdas.cases.table import read_case, read_photo
from lambdas.downloads.errors import UnavailableError
from lambdas.downloads.pace import ProcessPace
from lambdas.downloads.polite_client import PoliteClient
from lambdas.ingest.fetch_case import CaseFetcher, CaseOutcome, content_sha256
from lambdas.ingest.fetch_photos import IncompleteCaseError
from lambdas.ingest.sources.namus.api import NamUs
from lambdas.ingest.sources.protocol import CaseReference

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.ingest.gallery.bucket_and_table import Gallery

CASE = "namus:MP970001"
DOCUMENT = "/api/CaseSets/NamUs/MissingPersons/Cases/970001"
LISTED = CaseReference(source="namus", source_id="MP970001", modified="2025-02-10T11:00:00.1234567")


def original(photo_id: int) -> str:
    return f"{DOCUMENT}/Images/{photo_id}/Original"


@pytest.fixture
def namus_site(website: Any, sample: Callable[[str], Any], picture: Callable[..., bytes]) -> Any:
    """A website with one case of three pictures. A test may change its `document`."""
    website.document = sample("namus_shape_b.json")
    website.answers = {
        DOCUMENT: lambda _: httpx.Response(200, content=json.dumps(website.document)),
        **{original(970100 + number): httpx.Response(200, content=picture(number)) for number in (1, 2, 3)},
    }
    return website


@pytest.fixture
def fetcher(namus_site: Any, gallery: Gallery) -> CaseFetcher:
    client = PoliteClient(
        base_url="https://namus.example",
        contact="homeward@agency.example",
        pace=ProcessPace(per_second=1e6),
        permission="the test's own",
        transport=httpx.MockTransport(namus_site),
    )
    return CaseFetcher(source=NamUs(client), gallery=gallery)


@pytest.fixture
def photo(gallery: Gallery) -> Callable[[int], dict[str, Any]]:
    def read(photo_id: int) -> dict[str, Any]:
        return read_photo(gallery.dynamodb, table="cases", case_id=CASE, photo_id=str(photo_id)) or {}

    return read


def keys(s3: Any) -> list[str]:
    return [item["Key"] for item in s3.list_objects_v2(Bucket="gallery").get("Contents", [])]


def test_document_case_and_photos_are_stored(
    fetcher: CaseFetcher, s3: Any, gallery: Gallery, photo: Any, namus_site: Any
) -> None:
    assert fetcher.fetch(LISTED) is CaseOutcome.STORED
    assert keys(s3) == [
        "documents/namus/MP970001.json",
        "photos/namus/MP970001/970101.jpg",
        "photos/namus/MP970001/970102.jpg",
        "photos/namus/MP970001/970103.jpg",
    ]
    stored = read_case(gallery.dynamodb, table="cases", case_id=CASE)
    assert stored is not None
    assert (stored.status, stored.case.name) == (CaseStatus.OPEN, "Odile Wren Madeupson")
    raw = s3.get_object(Bucket="gallery", Key="documents/namus/MP970001.json")["Body"].read()
    assert json.loads(raw) == namus_site.document
    head = s3.head_object(Bucket="gallery", Key="photos/namus/MP970001/970102.jpg")
    assert (head["Metadata"], head["ContentType"]) == ({"kind": "age_progression"}, "image/jpeg")
    assert (photo(970101)["caption"], photo(970101)["taken_year"]) == ("Odile, 2021", 2021)
    assert (gallery.case_record(CASE) or {})["source_modified"] == LISTED.modified


def test_unchanged_document_takes_one_request_and_no_write(
    fetcher: CaseFetcher, namus_site: Any, gallery: Gallery, clock: Any, s3: Any
) -> None:
    fetcher.fetch(LISTED)
    before = gallery.case_record(CASE)
    written = s3.head_object(Bucket="gallery", Key="documents/namus/MP970001.json")["LastModified"]
    namus_site.requests.clear()
    namus_site.document["subjectIdentification"]["currentMinAge"] = 26
    clock.advance(days=1)
    assert fetcher.fetch(LISTED) is CaseOutcome.UNCHANGED
    assert namus_site.paths == [DOCUMENT]
    assert gallery.case_record(CASE) == before
    assert s3.head_object(Bucket="gallery", Key="documents/namus/MP970001.json")["LastModified"] == written


def test_hash_ignores_current_ages_and_member_order(fetcher: CaseFetcher, sample: Callable[[str], Any]) -> None:
    document = sample("namus_shape_b.json")
    case = fetcher.source.read("MP970001", json.dumps(document).encode())

    def digest(changed: Any) -> str:
        return content_sha256(case, json.dumps(changed).encode(), volatile=fetcher.source.volatile)

    older = document | {"subjectIdentification": document["subjectIdentification"] | {"currentMaxAge": 99}}
    assert digest(document) == digest(older) == digest(dict(reversed(document.items())))
    assert digest(document) != digest(document | {"notes": [{"description": "new"}]})


def test_only_the_changed_photo_is_stored_again(
    fetcher: CaseFetcher, namus_site: Any, picture: Callable[..., bytes], s3: Any
) -> None:
    fetcher.fetch(LISTED)
    before = {key: s3.head_object(Bucket="gallery", Key=key)["ETag"] for key in keys(s3)}
    puts: list[str] = []
    s3.meta.events.register("before-call.s3.PutObject", lambda params, **_: puts.append(params["url_path"]))
    namus_site.answers[original(970101)] = httpx.Response(200, content=picture(9))
    namus_site.document["modifiedDateTime"] = "2025-03-01T00:00:00"
    assert fetcher.fetch(msgspec.structs.replace(LISTED, modified="2025-03-01T00:00:00")) is CaseOutcome.STORED
    after = {key: s3.head_object(Bucket="gallery", Key=key)["ETag"] for key in keys(s3)}
    assert {key for key in before if before[key] != after[key]} == {
        "documents/namus/MP970001.json",
        "photos/namus/MP970001/970101.jpg",
    }
    assert len(puts) == 2


def test_photo_that_is_no_longer_listed_is_deleted(fetcher: CaseFetcher, namus_site: Any, s3: Any) -> None:
    fetcher.fetch(LISTED)
    del namus_site.document["images"][1]
    fetcher.fetch(LISTED)
    assert "photos/namus/MP970001/970102.jpg" not in keys(s3)


@pytest.mark.parametrize("status", [404, 410])
def test_gone_case_is_only_reported(fetcher: CaseFetcher, namus_site: Any, status: int, s3: Any) -> None:
    namus_site.answers[DOCUMENT] = httpx.Response(status)
    outcome = fetcher.fetch(LISTED)
    assert (outcome, outcome.closing_status, keys(s3)) == (CaseOutcome.GONE, CaseStatus.REMOVED, [])


def test_resolved_case_is_only_reported(fetcher: CaseFetcher, namus_site: Any) -> None:
    namus_site.document["caseIsResolved"] = True
    outcome = fetcher.fetch(LISTED)
    assert (outcome, outcome.closing_status) == (CaseOutcome.RESOLVED, CaseStatus.RESOLVED)
    assert namus_site.paths == [DOCUMENT]


def test_withdrawn_case_that_comes_back_is_stored_again(
    fetcher: CaseFetcher, withdrawal: Any, s3: Any, gallery: Gallery
) -> None:
    fetcher.fetch(LISTED)
    withdrawal.withdraw(CASE, CaseStatus.REMOVED)
    assert keys(s3) == ["documents/namus/MP970001.json"]
    assert fetcher.fetch(LISTED) is CaseOutcome.STORED
    assert len(keys(s3)) == 4
    assert (gallery.case_record(CASE) or {})["status"] == "open"


def test_unusable_document_is_quarantined_and_the_case_stays(
    fetcher: CaseFetcher, namus_site: Any, s3: Any, gallery: Gallery
) -> None:
    fetcher.fetch(LISTED)
    good = namus_site.answers[DOCUMENT]
    namus_site.answers[DOCUMENT] = httpx.Response(200, content=b"<html>maintenance\n</html>")
    assert fetcher.fetch(LISTED) is CaseOutcome.QUARANTINED
    quarantined = s3.get_object(Bucket="gallery", Key="quarantine/namus/MP970001.json")
    assert quarantined["Body"].read() == b"<html>maintenance\n</html>"
    assert quarantined["Metadata"]["reason"].startswith("the document is not JSON")
    assert (gallery.case_record(CASE) or {})["status"] == "open"
    assert len(keys(s3)) == 5
    namus_site.answers[DOCUMENT] = good
    namus_site.document["notes"] = [{"description": "mended"}]
    assert fetcher.fetch(LISTED) is CaseOutcome.STORED
    assert "quarantine/namus/MP970001.json" not in keys(s3)


def test_case_too_large_for_its_record_is_quarantined(fetcher: CaseFetcher, namus_site: Any) -> None:
    image = namus_site.document["images"][0]
    feature = {"physicalFeature": {"name": "Tattoo"}, "description": "é" * 8_000}
    namus_site.document["physicalFeatureDescriptions"] = [feature] * 50
    agency = {"name": "a" * 8_000, "caseNumber": "b" * 8_000}
    namus_site.document["investigatingAgencies"] = [agency] * 10
    link = image["files"]["original"]["href"] + "?" + "x" * 7_000
    namus_site.document["images"] = [
        image | {"identityId": number, "files": {"original": {"href": link}}} for number in range(1, 60)
    ]
    assert fetcher.fetch(LISTED) is CaseOutcome.QUARANTINED


def test_unavailable_source_changes_nothing(fetcher: CaseFetcher, namus_site: Any, s3: Any) -> None:
    namus_site.answers[DOCUMENT] = httpx.Response(503)
    with pytest.raises(UnavailableError):
        fetcher.fetch(LISTED)
    assert keys(s3) == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (httpx.Response(200, content=b"<html>", headers={"content-type": "image/jpeg"}), "not an image"),
        (httpx.Response(302, headers={"location": "https://evil.example/p.jpg"}), "leaves the source's origin"),
        (httpx.Response(404), "404"),
        (httpx.Response(200, content=b"x" * 26_000_000), "larger than 25,000,000 bytes"),
    ],
)
def test_unusable_picture_is_recorded_and_others_stored(
    fetcher: CaseFetcher, namus_site: Any, photo: Any, s3: Any, answer: httpx.Response, reason: str
) -> None:
    namus_site.answers[original(970101)] = answer
    assert fetcher.fetch(LISTED) is CaseOutcome.STORED
    assert photo(970101)["face_status"] == "unusable"
    assert reason in photo(970101)["reason"]
    assert "photos/namus/MP970001/970101.jpg" not in keys(s3)
    assert "photos/namus/MP970001/970102.jpg" in keys(s3)


def test_link_to_another_host_is_never_requested(fetcher: CaseFetcher, namus_site: Any, photo: Any) -> None:
    namus_site.document["images"][0]["files"]["original"]["href"] = "https://evil.example/p.jpg"
    fetcher.fetch(LISTED)
    assert "leaves the source's origin" in photo(970101)["reason"]
    assert {request.url.host for request in namus_site.requests} == {"namus.example"}


def test_broken_bytes_do_not_replace_a_good_picture(
    fetcher: CaseFetcher, namus_site: Any, photo: Any, s3: Any, picture: Callable[..., bytes]
) -> None:
    fetcher.fetch(LISTED)
    namus_site.answers[original(970101)] = httpx.Response(200, content=picture(5, size=(900, 900))[:3000])
    namus_site.document["notes"] = [{"description": "changed"}]
    fetcher.fetch(LISTED)
    assert "broken image" in photo(970101)["refused"]
    assert "photos/namus/MP970001/970101.jpg" in keys(s3)


def test_same_picture_twice_in_a_case_is_stored_once(
    fetcher: CaseFetcher, namus_site: Any, photo: Any, s3: Any
) -> None:
    namus_site.answers[original(970102)] = namus_site.answers[original(970101)]
    fetcher.fetch(LISTED)
    assert (photo(970102)["face_status"], photo(970102)["reason"]) == ("duplicate", "the same picture as 970101")
    assert "photos/namus/MP970001/970102.jpg" not in keys(s3)


def test_interrupted_fetch_continues_where_it_stopped(
    fetcher: CaseFetcher, namus_site: Any, gallery: Gallery, s3: Any
) -> None:
    third = namus_site.answers[original(970103)]
    namus_site.answers[original(970103)] = httpx.Response(503)
    with pytest.raises(IncompleteCaseError, match="970103"):
        fetcher.fetch(LISTED)
    assert "content_sha256" not in (gallery.case_record(CASE) or {}), "the case is not complete"
    namus_site.answers[original(970103)] = third
    namus_site.requests.clear()
    assert fetcher.fetch(LISTED) is CaseOutcome.STORED
    assert namus_site.paths == [DOCUMENT, original(970103)]
    assert len(keys(s3)) == 4
    assert fetcher.fetch(LISTED) is CaseOutcome.UNCHANGED


def test_fetch_keeps_what_the_index_function_wrote(
    fetcher: CaseFetcher, namus_site: Any, photos: Any, photo: Any
) -> None:
    fetcher.fetch(LISTED)
    photos.reconcile("photos/namus/MP970001/970101.jpg")
    face_id = photo(970101)["face_id"]
    namus_site.document["images"][0]["caption"] = "Odile, 2020"
    fetcher.fetch(LISTED)
    assert (photo(970101)["caption"], photo(970101)["face_status"], photo(970101)["face_id"]) == (
        "Odile, 2020",
        "indexed",
        face_id,
    )
