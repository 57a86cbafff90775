"""Tests of the handlers as Lambda invokes them: batches of a queue, steps of the state machine."""

from __future__ import annotations

import importlib
import json
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import httpx
import pytest

from lambdas.cases.case import Case
from lambdas.common.dynamodb import to_attributes
from lambdas.downloads.pace import ProcessPace
from lambdas.downloads.polite_client import PoliteClient
from lambdas.ingest.sources.namus.api import NamUs
from tests.support.stories import put_case

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.ingest.gallery.bucket_and_table import Gallery

CONTEXT = SimpleNamespace(
    function_name="f",
    memory_limit_in_mb=128,
    invoked_function_arn="arn:aws:lambda:us-east-1:0:function:f",
    aws_request_id="1",
)
SOURCES = {"contact": "homeward@agency.example", "namus": {"enabled": True, "base_url": "https://namus.example"}}


@pytest.fixture
def environment(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "SOURCES": json.dumps(SOURCES | {"fbi": {"enabled": False, "base_url": "https://fbi.example"}}),
        "CASES_TABLE": "cases",
        "GALLERY_BUCKET": "gallery",
        "FACE_COLLECTION": "faces",
        "MAX_REMOVED_PERCENT": "10",
        "DETECTION_BUCKET": "detection",
        "ENCOUNTERS_TABLE": "encounters",
        "SERVICE_NAME": "ingest",
        "METRICS_NAMESPACE": "Homeward",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def load(environment: None, website: Any, rekognition: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Import a handler's module as a new container does, with the test's website and Rekognition behind it."""

    def client(service: str) -> Any:
        return rekognition if service == "rekognition" else boto3.client(service)  # type: ignore[call-overload]

    monkeypatch.setattr("lambdas.ingest.resources.new_client", client)

    def import_anew(name: str) -> Any:
        sys.modules.pop(f"lambdas.ingest.{name}", None)
        module: Any = importlib.import_module(f"lambdas.ingest.{name}")
        client = PoliteClient(
            base_url="https://namus.example",
            contact="homeward@agency.example",
            pace=ProcessPace(per_second=1e6),
            permission="the test's own",
            transport=httpx.MockTransport(website),
        )
        if hasattr(module, "open_source"):
            module.open_source = lambda *_, **__: NamUs(client, states=("Oregon",))
        return module

    return import_anew


def batch(*bodies: Any) -> dict[str, Any]:
    records = [
        {"messageId": f"m{at}", "body": json.dumps(body), "eventSource": "aws:sqs", "receiptHandle": "r"}
        for at, body in enumerate(bodies)
    ]
    return {"Records": records}


def test_index_photo_handles_notifications_and_test_event(
    load: Callable[[str], Any], gallery: Gallery, rekognition: Any, s3: Any, picture: Callable[..., bytes]
) -> None:
    gallery.open_case(Case(case_id="namus:MP1", source="namus", source_id="MP1"), b"{}")
    s3.put_object(Bucket="gallery", Key="photos/namus/MP1/11.jpg", Body=picture(), Metadata={"kind": "portrait"})
    notification = {"Records": [{"s3": {"object": {"key": "photos/namus/MP1/11.jpg"}}}]}
    answer = load("gallery.index_photo_handler").handler(batch({"Event": "s3:TestEvent"}, notification), CONTEXT)
    assert answer == {"batchItemFailures": []}
    assert rekognition.external_ids() == ["namus:MP1:11"]


def test_index_photo_enrolls_the_face_that_a_person_chose(
    load: Callable[[str], Any], gallery: Gallery, rekognition: Any, s3: Any, picture: Callable[..., bytes]
) -> None:
    gallery.open_case(Case(case_id="namus:MP1", source="namus", source_id="MP1"), b"{}")
    etag = s3.put_object(
        Bucket="gallery", Key="photos/namus/MP1/11.jpg", Body=picture(), Metadata={"kind": "portrait"}
    )["ETag"]
    several = {"etag": etag, "boxes": [[0.1, 0.1, 0.3, 0.3], [0.6, 0.1, 0.3, 0.3]]}
    record = {"case_id": "namus:MP1", "record": "photo#11", "etag": etag, "several": several}
    gallery.dynamodb.put_item(TableName="cases", Item=to_attributes(record))
    handler = load("gallery.index_photo_handler").handler
    choice = {"case_id": "namus:MP1", "photo_id": "11", "etag": etag, "face": 2, "by": "kim@agency.example"}
    assert handler({"choice": {**choice, "etag": "another"}}, CONTEXT) == {"is_chosen": False}
    assert rekognition.external_ids() == []
    assert handler({"choice": choice}, CONTEXT) == {"is_chosen": True}
    assert rekognition.external_ids() == ["namus:MP1:11"]


def test_state_machine_steps_sync_the_gallery(
    load: Callable[[str], Any], website: Any, gallery: Gallery, sample: Any, s3: Any
) -> None:
    gallery.open_case(Case(case_id="namus:MP3", source="namus", source_id="MP3"), b"{}")
    rows = [{"namus2Number": 970001, "modifiedDateTime": "m"}]
    document = sample("namus_shape_b.json") | {"images": []}
    website.answers = {
        "/api/CaseSets/NamUs/MissingPersons/Search": httpx.Response(200, json={"count": 1, "results": rows}),
        "/api/CaseSets/NamUs/MissingPersons/Cases/970001": httpx.Response(200, json=document),
    }
    handler = load("sync_handler").handler
    run = {"source": "namus", "run": "execution-1"}
    planned = handler({"step": "plan", **run}, CONTEXT)
    items = json.loads(s3.get_object(Bucket="gallery", Key=planned["key"])["Body"].read())
    assert [item["source_id"] for item in items] == ["MP970001", "MP3"]
    with pytest.raises(Exception, match="a sync of namus is running"):
        handler({"step": "plan", "source": "namus", "run": "execution-2"}, CONTEXT)
    refused = {"step": "fail", "source": "namus", "run": "execution-2", "error": "a sync of namus is running"}
    assert handler(refused, CONTEXT) == {"error": "a sync of namus is running"}, "the first run keeps its source"
    step = {"step": "fetch", "run": "execution-1"}
    assert handler({**step, "Items": [{**items[0], **step}]}, CONTEXT) == {"outcomes": {"CasesStored": 1}, "failed": 0}
    assert handler({**step, **items[1]}, CONTEXT)["outcomes"] == {"CasesGone": 1}
    assert (gallery.case_record("namus:MP3") or {})["status"] == "open", "nothing is withdrawn before the end"
    assert handler({"step": "withdraw", **run, "plan": planned}, CONTEXT) == {"removed": 1, "failed": 0}
    assert (gallery.case_record("namus:MP3") or {})["status"] == "removed"
    assert (gallery.case_record("namus:MP970001") or {})["status"] == "open"


@pytest.mark.usefixtures("gallery")
def test_case_is_closed_for_the_console(load: Callable[[str], Any], gallery: Gallery) -> None:
    put_case(gallery.dynamodb)
    handler = load("sync_handler").handler
    close = {"step": "close", "case_id": "namus:MP900101"}
    assert handler({**close, "status": "resolved"}, CONTEXT) == {"unreviewed_encounters": 0}
    record = gallery.case_record("namus:MP900101")
    assert record
    assert record["status"] == "resolved"
    for wrong in ({**close, "status": "open"}, {**close, "case_id": "namus:MP7", "status": "resolved"}):
        with pytest.raises(ValueError, match="cannot be closed"):
            handler(wrong, CONTEXT)


@pytest.mark.usefixtures("gallery")
def test_failed_step_releases_the_source(load: Callable[[str], Any], website: Any) -> None:
    website.answers = {"/api/CaseSets/NamUs/MissingPersons/Search": httpx.Response(403)}
    handler = load("sync_handler").handler
    with pytest.raises(Exception, match="403"):
        handler({"step": "plan", "source": "namus", "run": "execution-1"}, CONTEXT)
    handler({"step": "fail", "source": "namus", "run": "execution-1", "error": "403"}, CONTEXT)
    website.answers = {
        "/api/CaseSets/NamUs/MissingPersons/Search": httpx.Response(200, json={"count": 0, "results": []})
    }
    assert handler({"step": "plan", "source": "namus", "run": "execution-2"}, CONTEXT)["to_fetch"] == 0


@pytest.mark.usefixtures("gallery")
@pytest.mark.parametrize("batched", [True, False])
def test_report_has_the_reason_of_the_batch_that_failed(
    load: Callable[[str], Any], website: Any, *, batched: bool
) -> None:
    website.answers = {
        "/api/CaseSets/NamUs/MissingPersons/Search": httpx.Response(200, json={"count": 0, "results": []})
    }
    handler = load("sync_handler").handler
    run = {"source": "namus", "run": "execution-1"}
    handler({"step": "plan", **run}, CONTEXT)
    item = {"step": "fetch", **run, "source_id": "MP1"}
    for reason in ("namus failed for five cases in a row", "a later one"):
        batch = {**({"Items": [item]} if batched else item), "failure": {"Error": "SourceDownError"}}
        handler({"step": "keep_reason", "batch": batch, "error": {"Cause": reason}}, CONTEXT)
    of_the_map = {"step": "fail", **run, "error": {"Error": "States.ExceedToleratedFailureThreshold"}}
    assert "five cases in a row" in handler(of_the_map, CONTEXT)["error"]
    handler({"step": "plan", **run}, CONTEXT)
    assert "ExceedTolerated" in handler(of_the_map, CONTEXT)["error"], "a new run starts without a reason"


@pytest.mark.usefixtures("gallery")
def test_unfetched_case_is_in_the_report_of_the_run(load: Callable[[str], Any], website: Any, sample: Any) -> None:
    rows = [{"namus2Number": number, "modifiedDateTime": "m"} for number in (970001, 970002)]
    cases = "/api/CaseSets/NamUs/MissingPersons/Cases"
    website.answers = {
        "/api/CaseSets/NamUs/MissingPersons/Search": httpx.Response(200, json={"count": 2, "results": rows}),
        f"{cases}/970001": httpx.Response(200, json=sample("namus_shape_b.json") | {"images": []}),
        f"{cases}/970002": httpx.Response(400),
    }
    module = load("sync_handler")
    runs = module.sync("namus", "execution-1").runs

    def sync(execution: str, *, fetched_times: int) -> dict[str, Any]:
        run = {"source": "namus", "run": execution}
        planned = module.handler({"step": "plan", **run}, CONTEXT)
        for _ in range(fetched_times):
            for number in (970001, 970002):
                item = {"step": "fetch", **run, "source_id": f"MP{number}", "modified": "m"}
                module.handler({"Items": [item]}, CONTEXT)
        module.handler({"step": "withdraw", **run, "plan": planned}, CONTEXT)
        report: dict[str, Any] = runs.last_report("namus")
        return report

    report = sync("execution-1", fetched_times=2)
    assert (report["failed"], report["complete"]) == (1, False), "a retried batch counts its cases once"
    assert runs.unfetched("namus") == {"namus:MP970002"}
    website.answers[f"{cases}/970002"] = httpx.Response(200, json=sample("namus_shape_b.json") | {"images": []})
    report = sync("execution-2", fetched_times=0)
    assert (report["failed"], report["complete"]) == (0, True), "a new run starts with no unfetched cases"
