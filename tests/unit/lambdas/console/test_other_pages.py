"""The pages of cases, cameras, syncs, thresholds and the audit, and the search by photo."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from botocore.stub import ANY, Stubber
from PIL import Image

from lambdas.cases.case import CaseStatus, Name
from lambdas.common.dynamodb import to_attributes
from lambdas.common.times import to_text
from lambdas.console.pages import photo_search
from lambdas.encounters.camera_reports import CameraReport, CameraReports
from lambdas.encounters.encounter import Review
from lambdas.encounters.policy import Thresholds
from lambdas.review.audit import AuditKind, Via
from tests.support.console import ConsoleClient, person, services_of
from tests.support.stories import MARLOWE, put_case

if TYPE_CHECKING:
    from tests.support.review_desk import Desk

SUE = "sue@agency.example"
TODAY = "2026-11-23"


@pytest.fixture
def closed() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def chosen() -> list[tuple[str, str, str, int, str]]:
    return []


@pytest.fixture
def console(
    desk: Desk, rekognition: Stubber, closed: list[tuple[str, str]], chosen: list[tuple[str, str, str, int, str]]
) -> ConsoleClient:
    put_case(desk.dynamodb)

    def choose(case_id: str, photo_id: str, etag: str, face: int, by: str) -> bool:
        if etag != "v1":
            return False
        chosen.append((case_id, photo_id, etag, face, by))
        return True

    def close(case_id: str, status: str) -> bool:
        closed.append((case_id, status))
        return True

    services = services_of(
        desk,
        rekognition=lambda: rekognition.client,
        close_case=close,
        choose_face=choose,
        face_collection="faces",
    )
    return ConsoleClient(services, person("supervisor", name=SUE))


def picture() -> bytes:
    encoded = io.BytesIO()
    Image.new("RGB", (400, 300), "gray").save(encoded, "JPEG")
    return encoded.getvalue()


def faces(*lefts: float) -> dict[str, Any]:
    boxes = ({"Left": left, "Top": 0.2, "Width": 0.2, "Height": 0.4} for left in lefts)
    return {"FaceDetails": [{"BoundingBox": box} for box in boxes]}


def matches(*similarities: float) -> dict[str, Any]:
    face = {"ExternalImageId": "namus:MP900101:910101"}
    return {"FaceMatches": [{"Similarity": each, "Face": face} for each in similarities]}


WHY = {"purpose": "unidentified patient", "reference": "2026-17"}


def test_photo_search_shows_candidates_and_keeps_no_picture(
    console: ConsoleClient, desk: Desk, rekognition: Stubber
) -> None:
    rekognition.add_response("detect_faces", faces(0.4))
    rekognition.add_response("search_faces_by_image", matches(91.5))
    found = json.loads(console.upload("/photo-search", WHY, photo=picture(), accept="application/json").body)
    assert [(each["case_id"], each["similarity"]) for each in found["found"]] == [("namus:MP900101", 91.5)]
    [record] = desk.audit.of(f"console#{TODAY}")
    assert (record.kind, record.by, record.via) == (AuditKind.PHOTO_SEARCHED, SUE, Via.CONSOLE)
    assert record.note == "unidentified patient; reference 2026-17; 1 cases"
    assert desk.picture_keys() == []


def test_one_of_several_faces_is_chosen_first(console: ConsoleClient, rekognition: Stubber) -> None:
    rekognition.add_response("detect_faces", faces(0.1, 0.7))
    page = console.upload("/photo-search", WHY, photo=picture()).text
    first, second = re.findall(r'name="face" value="([^"]+)"', page)
    assert Image.open(io.BytesIO(base64.b64decode(first))).width < 200
    rekognition.add_response("search_faces_by_image", matches(), {"Image": ANY, **_search()})
    assert "No open case resembles this face." in console.post("/photo-search", {**WHY, "face": second}).text


def _search() -> dict[str, Any]:
    return {"CollectionId": "faces", "FaceMatchThreshold": 80, "MaxFaces": 100, "QualityFilter": "NONE"}


def test_photo_search_refuses_what_it_cannot_use(console: ConsoleClient, desk: Desk) -> None:
    for form, photo in (
        ({**WHY, "reference": " "}, picture()),
        (WHY, b""),
        (WHY, b"not a picture"),
        (WHY, bytes(photo_search.MAX_BYTES + 1)),
        ({**WHY, "face": "*"}, b""),
        ({**WHY, "face": "é"}, b""),
    ):
        assert console.upload("/photo-search", form, photo=photo).status == 422
    assert list(desk.audit.of(f"console#{TODAY}")) == []
    console.person = person("reviewer")
    assert console.upload("/photo-search", WHY, photo=picture()).status == 403


def test_photo_searches_of_a_person_are_limited_per_day(
    console: ConsoleClient, desk: Desk, rekognition: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_search, "MAX_SEARCHES_PER_DAY", 1)
    rekognition.add_response("detect_faces", faces(0.4))
    rekognition.add_response("search_faces_by_image", matches())
    rekognition.add_response("detect_faces", faces(0.4))
    assert console.upload("/photo-search", WHY, photo=picture()).status == 200
    desk.clock.advance(seconds=1)
    assert console.upload("/photo-search", WHY, photo=picture()).status == 429
    assert [record.kind.value for record in desk.audit.of(f"console#{TODAY}")] == ["photo_searched", "refused"]


def test_uploads_with_several_faces_are_limited_too(
    console: ConsoleClient, desk: Desk, rekognition: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_search, "MAX_UPLOADS_PER_DAY", 1)
    rekognition.add_response("detect_faces", faces(0.1, 0.7))
    assert [console.upload("/photo-search", WHY, photo=picture()).status for _ in range(2)] == [200, 429]
    assert [record.kind.value for record in desk.audit.of(f"console#{TODAY}")] == ["refused"]


def test_search_without_a_result_is_audited(console: ConsoleClient, desk: Desk, rekognition: Stubber) -> None:
    rekognition.add_response("detect_faces", faces())
    no_face = "There are no faces in the image. Should be at least 1."
    rekognition.add_client_error("search_faces_by_image", "InvalidParameterException", no_face)
    assert console.upload("/photo-search", WHY, photo=picture()).status == 422
    [record] = desk.audit.of(f"console#{TODAY}")
    assert (record.kind, record.by) == (AuditKind.PHOTO_SEARCHED, SUE)
    assert (record.note or "").startswith("unidentified patient; reference 2026-17; ")


def test_cases_are_found_by_name_number_and_place(console: ConsoleClient, desk: Desk) -> None:
    other = msgspec.structs.replace(MARLOWE, case_id="namus:MP2", names=(Name(given="José", family="Ñandú"),))
    put_case(desk.dynamodb, other, CaseStatus.RESOLVED)
    expected = {
        "": ["namus:MP900101"],
        "?q=exampleton": ["namus:MP900101"],
        "?q=MP900101": ["namus:MP900101"],
        "?q=namus%3AMP2": ["namus:MP2"],
        "?q=nowhere+falls&status=all": ["namus:MP2", "namus:MP900101"],
        "?q=jose&status=resolved": ["namus:MP2"],
        "?q=nobody": [],
    }
    found = {query: sorted(row["case_id"] for row in console.get_json(f"/cases{query}")["cases"]) for query in expected}
    assert found == expected
    assert console.get("/cases?cursor=x").status == 422


def test_long_list_of_cases_continues_with_its_cursor(console: ConsoleClient, desk: Desk) -> None:
    for number in range(60):
        put_case(desk.dynamodb, msgspec.structs.replace(MARLOWE, case_id=f"namus:MP{number}"))
    first = console.get_json("/cases")
    second = console.get_json(f"/cases?cursor={first['cursor']}")
    ids = [row["case_id"] for page in (first, second) for row in page["cases"]]
    assert (len(ids), len(set(ids)), second["cursor"]) == (61, 61, None)


def test_case_says_why_a_photo_has_no_face(console: ConsoleClient, desk: Desk) -> None:
    record = {
        "case_id": "namus:MP900101",
        "record": "photo#910101",
        "face_status": "no_face",
        "reason": "SEVERAL_FACES",
    }
    desk.dynamodb.put_item(TableName="cases", Item=to_attributes(record))
    view = console.get_json("/cases/namus:MP900101")
    assert [(photo["face"], photo["reason"]) for photo in view["photos"]] == [
        ("no_face", "SEVERAL_FACES"),
        ("not indexed yet", None),
    ]
    assert "several faces: choose the missing person&#39;s" in console.get("/cases/namus:MP900101").text
    assert [record.kind.value for record in desk.audit.of("namus:MP900101")] == ["viewed"]
    assert console.get("/cases/namus:MP7").status == 404


def put_group(desk: Desk, **several: Any) -> None:
    """Give the case a photo of two people."""
    boxes = [[0.05, 0.2, 0.3, 0.4], [0.6, 0.2, 0.3, 0.4]]
    record = {"case_id": "namus:MP900101", "record": "photo#910101", "face_status": "no_face", "etag": "v1"}
    faces = {"etag": "v1", "boxes": boxes, **several}
    item = to_attributes({**record, "reason": "SEVERAL_FACES", "several": faces})
    desk.dynamodb.put_item(TableName="cases", Item=item)
    image = Image.new("RGB", (1000, 500), "blue")
    image.paste("red", (500, 0, 1000, 500))
    encoded = io.BytesIO()
    image.save(encoded, "JPEG")
    desk.s3.put_object(Bucket="gallery", Key="photos/namus/MP900101/910101.jpg", Body=encoded.getvalue())


def test_supervisor_chooses_one_of_several_faces(
    console: ConsoleClient, desk: Desk, chosen: list[tuple[str, str, str, int, str]]
) -> None:
    put_group(desk)
    [several] = [photo["several"] for photo in console.get_json("/cases/namus:MP900101")["photos"] if photo["several"]]
    colors = [
        Image.open(io.BytesIO(console.get(face["picture"]).body)).getpixel((240, 252)) for face in several["faces"]
    ]
    assert colors == [(0, 0, 254), (254, 0, 0)]
    page = console.get("/cases/namus:MP900101").text
    assert page.count('name="face"') == 3
    form = {"photo": "910101", "etag": several["etag"], "face": "2"}
    assert console.post("/cases/namus:MP900101/face", {**form, "photo": "910109"}).status == 404
    assert console.post("/cases/namus:MP900101/face", {**form, "face": "-1"}).status == 422
    assert console.post("/cases/namus:MP900101/face", {**form, "etag": "v0"}).status == 409
    assert console.post("/cases/namus:MP900101/face", form).status == 303
    assert chosen == [("namus:MP900101", "910101", "v1", 2, SUE)]
    [record] = desk.audit.of(f"console#{TODAY}")
    assert (record.kind, record.note) == (AuditKind.FACE_CHOSEN, "namus:MP900101 photo 910101: face 2")


def test_page_says_which_face_is_searched_for_so_far(console: ConsoleClient, desk: Desk) -> None:
    put_group(desk)
    assert "this photo is not searched for" in console.get("/cases/namus:MP900101").text
    key = {"case_id": {"S": "namus:MP900101"}, "record": {"S": "photo#910101"}}
    indexed = {":face": {"S": "indexed"}}
    desk.dynamodb.update_item(
        TableName="cases", Key=key, UpdateExpression="SET face_status = :face", ExpressionAttributeValues=indexed
    )
    assert "The largest face is searched for." in console.get("/cases/namus:MP900101").text


def test_reviewer_sees_the_faces_and_who_chose(console: ConsoleClient, desk: Desk) -> None:
    put_group(desk, chosen=1, by=SUE)
    console.person = person("reviewer")
    page = console.get("/cases/namus:MP900101").text
    assert f"{SUE} chose it." in page
    assert 'name="face"' not in page
    assert console.post("/cases/namus:MP900101/face", {"photo": "910101", "etag": "v1", "face": "2"}).status == 403


def test_supervisor_closes_a_case(console: ConsoleClient, desk: Desk, closed: list[tuple[str, str]]) -> None:
    assert console.post("/cases/namus:MP7/close", {"status": "resolved"}).status == 404
    assert console.post("/cases/namus:MP900101/close", {"status": "open"}).status == 422
    assert console.post("/cases/namus:MP900101/close", {"status": "resolved", "note": "Found."}).status == 303
    assert closed == [("namus:MP900101", "resolved")]
    assert [record.note for record in desk.audit.of(f"console#{TODAY}")] == ["namus:MP900101 resolved: Found."]


def test_silent_cameras_come_first_with_their_searches(console: ConsoleClient, desk: Desk) -> None:
    for camera in ("cam-01", "cam-02", "homeward-probe"):
        desk.dynamodb.put_item(TableName="cameras", Item=to_attributes({"camera": camera, "site": f"Site {camera}"}))
    scores = {"kind": "scores", "camera": "cam-01", "day": TODAY, "below": 5, "s900": 2}
    key = {"encounter_id": f"scores#cam-01#{TODAY}"}
    desk.dynamodb.put_item(TableName="encounters", Item=to_attributes({**key, **scores}))
    rows = console.get_json("/cameras")["cameras"]
    assert [(row["camera"], row["is_silent"], row["searches"][-1]) for row in rows] == [
        ("cam-02", True, 0),
        ("cam-01", False, 7),
    ]


def test_camera_page_shows_what_each_camera_reports(console: ConsoleClient, desk: Desk) -> None:
    now = desk.clock()
    reports = CameraReports(dynamodb=desk.dynamodb, table="encounters")
    told = {
        "cam-01": CameraReport(received_at=to_text(now), clock_offset_s=-0.3, clock_synced=True, waiting=3, dropped=2),
        "cam-02": CameraReport(received_at=to_text(now), clock_offset_s=75.0, clock_synced=False),
        "cam-03": CameraReport(received_at=to_text(now - timedelta(minutes=40)), clock_offset_s=0.0),
    }
    for camera in (*told, "tip-line"):
        desk.dynamodb.put_item(TableName="cameras", Item=to_attributes({"camera": camera, "site": "Dock"}))
    new = {"camera": "reused", "site": "Dock", "added_at": to_text(now + timedelta(seconds=1))}
    desk.dynamodb.put_item(TableName="cameras", Item=to_attributes(new))
    told["reused"] = CameraReport(received_at=to_text(now))
    for camera, report in told.items():
        reports.note(camera, report, at=now)
    rows = {row["camera"]: row for row in console.get_json("/cameras")["cameras"]}
    assert {name: (row["reported"], row["is_late"], row["clock_is_off"]) for name, row in rows.items()} == {
        "cam-01": ("0 s", False, False),
        "cam-02": ("0 s", False, True),
        "cam-03": ("40 min", True, False),
        "reused": (None, False, False),
        "tip-line": (None, False, False),
    }
    assert (rows["cam-01"]["report"]["waiting"], rows["cam-01"]["report"]["dropped"]) == (3, 2)
    page = console.get("/cameras").text
    for text in ("off by +75 s", "40 min ago", "never", "right, but not kept by a time service"):
        assert text in page


def test_sync_page_shows_the_last_run_of_each_source(console: ConsoleClient, desk: Desk) -> None:
    report = {"source": "namus", "listed": 7, "failed": 1, "complete": False, "error": "503 from the source"}
    run = {
        "case_id": "sync:namus",
        "record": "run",
        "report": json.dumps(report),
        "started_at": f"{TODAY}T01:00:00.000Z",
    }
    desk.dynamodb.put_item(TableName="cases", Item=to_attributes({**run, "ended_at": f"{TODAY}T01:05:00.000Z"}))
    [row] = console.get_json("/sync")["sources"]
    assert (row["source"], row["counts"]["listed"], row["error"], row["is_running"]) == (
        "namus",
        7,
        "503 from the source",
        False,
    )
    assert "503 from the source" in console.get("/sync").text


def test_thresholds_are_drawn_with_the_verdicts(console: ConsoleClient, desk: Desk) -> None:
    desk.add_encounter("e1", review=Review.CONFIRMED)
    desk.add_encounter("e2", review=Review.DISMISSED)
    scores = {"kind": "scores", "camera": "cam-01", "day": TODAY, "below": 5}
    key = {"encounter_id": f"scores#cam-01#{TODAY}"}
    desk.dynamodb.put_item(TableName="encounters", Item=to_attributes({**key, **scores}))
    view = console.get_json("/thresholds")
    assert (view["confirmed"], view["dismissed"], view["searches"], view["current"]) == (1, 1, 5, Thresholds().alert)
    assert view["steps"][0]["threshold"] == 80
    assert '<polyline class="kept" points="50.0,' in console.get("/thresholds").text


def write(desk: Desk, name: str, kind: AuditKind, *, by: str, note: str | None = None) -> None:
    desk.clock.advance(seconds=1)
    desk.audit.add(name, kind, by=by, at=desk.clock(), via=Via.CONSOLE, note=note)


def test_audit_lists_a_day_or_an_encounter(console: ConsoleClient, desk: Desk) -> None:
    console.person = person("auditor")
    for number in range(105):
        write(desk, "e1" if number else "e0", AuditKind.VIEWED, by=f"p{number}")
    first = console.get_json("/audit")
    second = console.get_json(f"/audit?after={first['after'].replace('#', '%23')}")
    assert [line["by"] for line in (*first["lines"], *second["lines"])] == [f"p{each}" for each in reversed(range(105))]
    assert [line["by"] for line in console.get_json("/audit?encounter=e0")["lines"]] == ["p0"]
    assert [line["by"] for line in console.get_json("/audit?by=P104&kind=viewed")["lines"]] == ["p104"]
    assert console.get_json("/audit?day=2026-11-22")["lines"] == []
    rare = console.get_json("/audit?by=p2&kind=viewed&day=" + TODAY)
    assert [line["by"] for line in rare["lines"]] == [f"p{number}" for number in reversed(range(20, 30))]
    assert [line["by"] for line in console.get_json(rare["more"])["lines"]] == ["p2"]
    assert rare["day_before"] == "/audit?day=2026-11-22&by=p2&kind=viewed"
    assert "None so far." in console.get("/audit?by=p3&kind=dismissed").text
    assert {console.get(f"/audit?{wrong}").status for wrong in ("day=x", "after=x", "kind=x")} == {422}


def test_export_is_safe_for_spreadsheets_and_audited(console: ConsoleClient, desk: Desk) -> None:
    console.person = person("auditor", name="kim@agency.example")
    write(desk, "e1", AuditKind.DISMISSED, by="Ada", note='=HYPERLINK("https://evil.example")')
    write(desk, "e1", AuditKind.UNDONE, by="Ada, Bob")
    desk.clock.advance(seconds=1)
    answer = console.get(f"/audit/export?first={TODAY}&last={TODAY}")
    assert f"homeward-audit-{TODAY}-{TODAY}.csv" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert [(row["by"], row["note"]) for row in rows] == [
        ("Ada", '\'=HYPERLINK("https://evil.example")'),
        ("Ada, Bob", ""),
    ]
    exported = json.loads(console.get(f"/audit/export?first={TODAY}&last={TODAY}&format=json").body)
    assert [record["kind"] for record in exported] == ["dismissed", "undone", "exported"]
    assert console.get(f"/audit/export?first={TODAY}&last=2026-11-22").status == 422
    assert console.get("/audit/export?first=2026-01-01&last=2026-11-22").status == 422


def test_supervisor_does_not_read_an_opinion_before_giving_one(console: ConsoleClient, desk: Desk) -> None:
    object.__setattr__(desk.verdicts, "four_eyes", True)
    desk.add_encounter()
    desk.verdicts.decide("e1", Review.CONFIRMED, by="Ada", at=desk.clock(), via=Via.CONSOLE)
    assert console.get_json("/audit")["lines"] == []
    console.person = person("auditor")
    assert [line["kind"] for line in console.get_json("/audit")["lines"]] == ["opinion"]
