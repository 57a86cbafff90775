"""Tests that one document or one picture, whatever it holds, never ends a sync."""

from __future__ import annotations

import errno
import json
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ParamValidationError

from lambdas.cases.case import Case, CaseType, SourcePhoto
from lambdas.cases.table import read_photo
from lambdas.common.outside_text import reason_metadata
from lambdas.downloads.errors import UnavailableError
from lambdas.ingest.fetch_case import CaseFetcher, CaseOutcome
from lambdas.ingest.gallery.bucket_and_table import Gallery as BucketAndTable
from lambdas.ingest.plan import Plan
from lambdas.ingest.sources.fbi.api import Fbi
from lambdas.ingest.sources.fbi.document import read_fbi_case
from lambdas.ingest.sources.interpol.document import read_interpol_case
from lambdas.ingest.sources.namus.document import read_namus_case
from lambdas.ingest.sources.ncmec.document import read_ncmec_case
from lambdas.ingest.sources.protocol import CaseReference
from lambdas.ingest.sync import Sync
from lambdas.ingest.sync_runs import SyncRuns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lambdas.ingest.gallery.bucket_and_table import Gallery

DEEP = b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
REFUSED_VALUE = ClientError(
    {"Error": {"Code": "ValidationException", "Message": "Item size has exceeded the maximum"}}, "UpdateItem"
)
THROTTLED = ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "GetObject")


@dataclass
class BadApple:
    """A source of three cases, A, B and C, whose B raises an error in one of its methods."""

    picture: bytes
    fetching: Exception | None = None
    reading: Exception | None = None
    photo: Exception | None = None
    name: str = "folder"
    volatile: frozenset[str] = field(default=frozenset())

    def list_cases(self) -> Iterator[CaseReference]:
        return (CaseReference(source=self.name, source_id=letter, modified="1") for letter in "ABC")

    def fetch_document(self, source_id: str) -> bytes:
        _raise(self.fetching, source_id)
        return json.dumps({"id": source_id}).encode()

    def read(self, source_id: str, document: bytes) -> Case:  # noqa: ARG002
        _raise(self.reading, source_id)
        photo = SourcePhoto(photo_id="1", url=f"/{source_id}")
        return Case(case_id=f"folder:{source_id}", source="folder", source_id=source_id, photos=(photo,))

    def fetch_photo(self, photo: SourcePhoto) -> bytes:
        _raise(self.photo, photo.url.removeprefix("/"))
        return self.picture


@dataclass
class FbiPosters(Fbi):
    """The FBI's posters, all with one document."""

    document: bytes = b""

    def fetch_document(self, source_id: str) -> bytes:  # noqa: ARG002
        return self.document


def _raise(error: Exception | None, source_id: str) -> None:
    if error is not None and source_id == "B":
        raise error


@pytest.fixture
def sync(gallery: Gallery, withdrawal: Any, clock: Any, picture: Callable[..., bytes]) -> Callable[..., Sync]:
    def begin(**errors: Any) -> Sync:
        fetcher = CaseFetcher(source=BadApple(picture(1), **errors), gallery=gallery)
        runs = SyncRuns(dynamodb=gallery.dynamodb, table=gallery.table, now=clock)
        return Sync(fetcher=fetcher, withdrawal=withdrawal, runs=runs, owner="test")

    return begin


@pytest.mark.parametrize("method", ["fetching", "reading"])
@pytest.mark.parametrize(
    "error",
    [
        RecursionError("maximum recursion depth exceeded"),
        OverflowError("date value out of range"),
        ValueError("bad\x00\x1b[31m\r\nX-Injected: yes \u738b \ud800"),
        KeyError("missing"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"),
        FileNotFoundError("gone"),
    ],
)
def test_any_error_of_one_case_is_its_quarantine(
    sync: Callable[..., Sync], s3: Any, method: str, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    # pytest-xdist cannot send a captured log with a lone surrogate to its controller.
    caplog.set_level(logging.CRITICAL, logger="lambdas.ingest.failures")
    report = sync(**{method: error}).run()
    assert (report.outcomes, report.failed) == ({"CasesStored": 2, "CasesQuarantined": 1}, 0)
    reason = s3.head_object(Bucket="gallery", Key="quarantine/folder/B.json")["Metadata"]["reason"]
    assert type(error).__name__ in reason
    assert reason.isascii()
    assert reason.isprintable()


@pytest.mark.parametrize("method", ["fetching", "photo"])
def test_source_that_is_down_for_one_case_is_no_quarantine(sync: Callable[..., Sync], method: str) -> None:
    report = sync(**{method: UnavailableError("503")}).run()
    assert (report.outcomes, report.failed) == ({"CasesStored": 2}, 1)


@pytest.mark.parametrize("method", ["fetching", "reading", "photo"])
@pytest.mark.parametrize(
    "error",
    [
        THROTTLED,
        EndpointConnectionError(endpoint_url="https://dynamodb.us-east-1.amazonaws.com"),
        NoCredentialsError(),
        ConnectionResetError("reset by peer"),
        OSError(errno.ENOSPC, "no space left on device"),
        MemoryError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_outage_ends_the_sync_without_a_quarantine(
    sync: Callable[..., Sync], s3: Any, method: str, error: Exception
) -> None:
    with pytest.raises(type(error)):
        sync(**{method: error}).run()
    assert "Contents" not in s3.list_objects_v2(Bucket="gallery", Prefix="quarantine/")


@pytest.mark.parametrize("error", [REFUSED_VALUE, ParamValidationError(report="Invalid type")], ids=["AWS", "boto3"])
def test_case_that_aws_refuses_to_store_is_quarantined(
    sync: Callable[..., Sync], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    stored = BucketAndTable.open_case

    def open_case(self: Gallery, case: Case, document: bytes) -> None:
        _raise(error, case.source_id)
        stored(self, case, document)

    monkeypatch.setattr(BucketAndTable, "open_case", open_case)
    report = sync().run()
    assert (report.outcomes, report.failed) == ({"CasesStored": 2, "CasesQuarantined": 1}, 0)


def test_case_whose_quarantine_fails_too_is_counted(sync: Callable[..., Sync], monkeypatch: pytest.MonkeyPatch) -> None:
    def quarantine(*_: Any, **__: Any) -> None:
        raise REFUSED_VALUE

    monkeypatch.setattr(BucketAndTable, "quarantine", quarantine)
    report = sync(reading=ValueError("odd")).run()
    assert (report.outcomes, report.failed, report.complete) == ({"CasesStored": 2}, 1, False)


def test_report_names_the_cases_in_quarantine(sync: Callable[..., Sync], clock: Any) -> None:
    first = sync(reading=ValueError("odd\nshape")).run()
    assert (first.quarantined, first.complete) == (1, True)
    assert first.quarantined_cases == {"folder:B": "unreadable: ValueError: odd shape"}
    clock.advance(minutes=1)
    second = sync().run()
    assert (second.quarantined, second.quarantined_cases) == (0, {})


def test_case_that_is_listed_twice_is_fetched_once(sync: Callable[..., Sync]) -> None:
    twice = sync()
    listed = list(twice.fetcher.source.list_cases())
    plan = Plan(source="folder", listing=[*listed, *listed], known={}, now=twice.fetcher.gallery.now())
    assert [reference.source_id for reference in plan] == ["A", "B", "C"]
    assert plan.listed == 3


def test_any_error_of_one_picture_is_recorded(sync: Callable[..., Sync], gallery: Gallery) -> None:
    report = sync(photo=RecursionError("too deep")).run()
    assert report.outcomes == {"CasesStored": 3}
    record = read_photo(gallery.dynamodb, table="cases", case_id="folder:B", photo_id="1") or {}
    assert (record["face_status"], record["reason"]) == ("unusable", "unreadable: RecursionError: too deep")


def test_deeply_nested_document_is_quarantined_with_its_bytes(gallery: Gallery, s3: Any) -> None:
    posters = FbiPosters(client=Any, document=DEEP)  # type: ignore[arg-type] # it sends nothing
    fetcher = CaseFetcher(source=posters, gallery=gallery)
    assert fetcher.fetch(CaseReference(source="fbi", source_id="a1")) is CaseOutcome.QUARANTINED
    assert s3.get_object(Bucket="gallery", Key="quarantine/fbi/a1.json")["Body"].read() == DEEP


@pytest.mark.parametrize(
    ("read", "document"),
    [
        (
            lambda document: read_namus_case("namus", "MP1", document, base_url="https://namus.example"),
            {"idFormatted": "MP1", "sighting": {"date": "2021-99-99T00:00:00"}},
        ),
        (lambda document: read_fbi_case("fbi", "a1", document), {"uid": "a1", "description": "September 6, 9999"}),
        (
            lambda document: read_ncmec_case("ncmec", "NCMC1-1", document),
            {"childBean": {"orgPrefix": "NCMC", "caseNumber": "1", "seqNumber": 1, "missingDate": "Feb 31, 2020"}},
        ),
        (
            lambda document: read_interpol_case("interpol", "2020-1", document, case_type=CaseType.MISSING),
            {"notice": {"entity_id": "2020/1", "date_of_birth": "0000/00/00", "date_of_event": "9999/12/31"}},
        ),
    ],
)
def test_impossible_date_is_no_date(read: Callable[[bytes], Case], document: dict[str, Any]) -> None:
    assert read(json.dumps(document).encode()).last_seen.date in {None, "2021"}


def test_reason_becomes_one_line_of_printable_ascii() -> None:
    assert reason_metadata(" a\r\n\x00b\t\u202ec\u738b ") == {"reason": "a b c?"}
    assert len(reason_metadata("x" * 9_000)["reason"]) == 500
