"""The page of an encounter, its pictures, and the decisions on it."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from PIL import Image

from lambdas.cases.case import CaseStatus
from lambdas.common.dynamodb import to_attributes
from lambdas.encounters.encounter import AlertState, Review, RunnerUp, Sighting
from tests.support.console import ConsoleClient, person, services_of
from tests.support.stories import MARLOWE, put_case

if TYPE_CHECKING:
    from botocore.stub import Stubber

    from tests.support.review_desk import Desk

ADA, BOB, SUE = "ada@agency.example", "bob@agency.example", "sue@agency.example"
EYES = ((0.4, 0.3), (0.6, 0.35))


def jpeg(width: int = 300, height: int = 400) -> bytes:
    """Make a gray picture with a red left eye and a blue right one, at `EYES`."""
    image = Image.new("RGB", (width, height), "gray")
    for (x, y), color in zip(EYES, ((255, 0, 0), (0, 0, 255)), strict=True):
        image.paste(color, (int(x * width) - 6, int(y * height) - 6, int(x * width) + 6, int(y * height) + 6))
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=95)
    return encoded.getvalue()


def detected() -> dict[str, Any]:
    points = [{"Type": kind, "X": x, "Y": y} for kind, (x, y) in zip(("eyeLeft", "eyeRight"), EYES, strict=True)]
    box = {"Left": 0.3, "Top": 0.2, "Width": 0.4, "Height": 0.4}
    quality = {"Sharpness": 12.0, "Brightness": 60.0}
    return {"FaceDetails": [{"BoundingBox": box, "Landmarks": points, "Quality": quality}]}


@pytest.fixture
def console(desk: Desk, rekognition: Stubber) -> ConsoleClient:
    put_case(desk.dynamodb)
    put_case(desk.dynamodb, msgspec.structs.replace(MARLOWE, case_id="namus:MP2"))
    camera = {"camera": "cam-01", "site": "North Station", "latitude": 45.6, "longitude": -122.7}
    desk.dynamodb.put_item(TableName="cameras", Item=to_attributes(camera))
    window = {"encounter_id": "window#namus:MP900101#cam-01", "kind": "window", "version": 1}
    listed = [{"encounter_id": name, "started_at": "2026-11-23T02:00:00.000Z"} for name in ("e1", "e0", "e9")]
    desk.dynamodb.put_item(TableName="encounters", Item=to_attributes({**window, "encounters": listed}))
    for name in ("910101", "910102"):
        desk.s3.put_object(Bucket="gallery", Key=f"photos/namus/MP900101/{name}.jpg", Body=jpeg(600, 600))
    services = services_of(desk, rekognition=lambda: rekognition.client, origin="https://console.example")
    return ConsoleClient(services, person("reviewer", name=ADA))


def add(desk: Desk, name: str = "e1", **members: Any) -> None:
    key = f"encounters/{name}/c1.jpg"
    near = (RunnerUp(case_id="namus:MP2", similarity=96.0), RunnerUp(case_id="namus:MP7", similarity=81.0))
    shot = Sighting(similarity=97.5, captured_at="2026-11-23T02:00:00.000Z", key=key, photo_id="910102", others=near)
    given: dict[str, Any] = {"alert": AlertState.SENT, **members}
    desk.add_encounter(name, shots=0, sightings={"c1": msgspec.structs.replace(shot, runner_up=near[0])}, **given)
    desk.s3.put_object(Bucket="detection", Key=key, Body=jpeg())


def view(console: ConsoleClient, name: str = "e1", query: str = "") -> dict[str, Any]:
    return dict(console.get_json(f"/encounters/{name}{query}"))


def verdict(console: ConsoleClient, by: str, given: str, *, reason: str = "", role: str = "reviewer") -> int:
    console.person = person(role, name=by)
    reasons = {"confirmed": "met", "dismissed": "age", "undecided": "quality"}
    form = {"verdict": given, "reason": reason or reasons[given], "note": "seen"}
    return console.post("/encounters/e1/verdict", form).status


def test_page_compares_faces_and_says_what_speaks_against_it(console: ConsoleClient, desk: Desk) -> None:
    add(desk)
    add(desk, "e0")
    shown = view(console)
    assert [(photo["photo_id"], photo["has_matched"]) for photo in shown["photos"]] == [
        ("910102", True),
        ("910101", False),
    ]
    assert [(each["case_id"], each["margin"]) for each in shown["look_alikes"]] == [
        ("namus:MP2", 1.5),
        ("namus:MP7", 16.5),
    ]
    assert [each["encounter_id"] for each in shown["others"]] == ["e0"]
    assert shown["doubts"] == [
        "Another case is only 1.5 points behind.",
        "There is only one picture.",
        "The photo that matched is age-progressed: nobody has looked exactly like it.",
    ]
    page = console.get("/encounters/e1").text
    for text in ("Possible match, not verified", "None of these: an unknown person", "this photo matched"):
        assert text in page
    assert "https://console.example/encounters/e1" in page
    assert view(console, query="?photo=910101")["photo"]["photo_id"] == "910101"


def test_photos_that_the_gallery_does_not_have_are_left_out(console: ConsoleClient, desk: Desk) -> None:
    add(desk)
    record = {"case_id": "namus:MP900101", "record": "photo#910101", "face_status": "duplicate"}
    desk.dynamodb.put_item(TableName="cases", Item=to_attributes(record))
    assert [photo["photo_id"] for photo in view(console)["photos"]] == ["910102"]
    put_case(desk.dynamodb, msgspec.structs.replace(MARLOWE, case_id="namus:MP2"), CaseStatus.RESOLVED)
    put_case(desk.dynamodb, status=CaseStatus.RESOLVED)
    shown = view(console)
    assert (shown["photos"], shown["look_alikes"][0]["picture"]) == ([], None)
    [row] = console.get_json("/encounters")["encounters"]
    assert (row["photo_picture"], row["seen_picture"] is None) == (None, False)


def test_distance_is_between_camera_and_last_seen(console: ConsoleClient, desk: Desk) -> None:
    add(desk)
    seen = msgspec.structs.replace(MARLOWE.last_seen, latitude=45.5, longitude=-122.7)
    put_case(desk.dynamodb, msgspec.structs.replace(MARLOWE, last_seen=seen))
    shown = view(console)
    assert shown["distance"] == "7 mi (11 km) from North Station"
    assert shown["camera_map"].endswith("?mlat=45.60000&mlon=-122.70000#map=13/45.60000/-122.70000")


def test_looking_is_audited_once_in_some_minutes(console: ConsoleClient, desk: Desk) -> None:
    add(desk)
    for _ in range(3):
        view(console)
    console.person = person("supervisor", name=SUE)
    view(console)
    assert sorted(desk.audited()) == [("viewed", ADA), ("viewed", SUE)]


def test_pictures_have_the_eyes_in_the_same_place(console: ConsoleClient, desk: Desk, rekognition: Stubber) -> None:
    add(desk)
    for _ in range(2):
        rekognition.add_response("detect_faces", detected())
    shown = view(console)
    eyes = []
    for address in (shown["shot"]["picture"], shown["photo"]["picture"]):
        answer = console.get(address)
        assert answer.headers["content-type"] == "image/jpeg", answer.text
        image = Image.open(io.BytesIO(answer.body)).convert("RGB")
        assert image.size == (480, 600)
        line = [image.getpixel((x, 252)) for x in range(480)]
        red = [x for x, pixel in enumerate(line) if isinstance(pixel, tuple) and pixel[0] > 180 > pixel[2] + 60]
        eyes.append(sum(red) / len(red))
    assert eyes == pytest.approx([480 * 0.38] * 2, abs=3)
    again = console.get(shown["shot"]["picture"])  # without a second DetectFaces
    assert (again.status, again.headers["cache-control"]) == (200, "private, no-store")
    assert ("picture_viewed", ADA) in desk.audited()
    assert view(console)["doubts"][0] == "The picture is blurred (sharpness 12 of 100)."


def test_picture_link_lives_a_minute_and_belongs_to_the_session(console: ConsoleClient, desk: Desk) -> None:
    add(desk)
    address = view(console)["shot"]["picture"]
    other = person("reviewer", name=ADA)
    console.person = replace(other, session_key="another")
    assert console.get(address).status == 404
    console.person = other
    forged = re.sub(r"/pictures/[^.]+", "/pictures/WyJnYWxsZXJ5IiwieCIsImZhY2UiLCJ4Iiw5OTk5OTk5OTk5XQ", address)
    assert {console.get(path).status for path in (forged, "/pictures/x", "/pictures/..")} == {404}
    desk.clock.advance(seconds=121)
    assert console.get(address).status == 404


def test_dismissal_has_a_reason_and_can_be_undone(console: ConsoleClient, desk: Desk) -> None:
    add(desk)
    assert console.post("/encounters/e1/acknowledge").status == 303
    assert verdict(console, ADA, "dismissed", reason="met") == 422
    assert verdict(console, ADA, "dismissed", reason="unknown-person") == 303
    shown = view(console)
    assert (shown["stage"], shown["may"]["undo"], shown["shot"]["picture"] is None) == ("dismissed", True, False)
    assert [record.note for record in desk.audit.of("e1") if record.kind == "dismissed"] == ["unknown-person: seen"]
    assert desk.item("notice#e1#stand-down#1")["alert"] == "due"
    console.person = person("reviewer", name=BOB)
    assert (view(console)["may"]["undo"], console.post("/encounters/e1/undo").status) == (False, 409)
    console.person = person("reviewer", name=ADA)
    assert console.post("/encounters/e1/undo").status == 303
    assert view(console)["stage"] == "acknowledged"


def test_second_reviewer_does_not_see_the_first_opinion(console: ConsoleClient, desk: Desk) -> None:
    object.__setattr__(desk.verdicts, "four_eyes", True)
    add(desk)
    console.person = person("reviewer", name=BOB)
    before = {**view(console), "history": []}
    assert verdict(console, ADA, "confirmed") == 303
    assert view(console)["opinion"] == "confirmed"
    console.person = person("reviewer", name=BOB)
    assert {**view(console), "history": []} == before
    assert "opinion" not in console.get("/encounters/e1").text
    assert verdict(console, BOB, "dismissed") == 303
    console.person = person("supervisor", name=SUE)
    assert view(console)["disputed"] is True
    assert [row["encounter_id"] for row in console.get_json("/encounters?status=disputed")["encounters"]] == ["e1"]
    assert verdict(console, "cy@agency.example", "confirmed") == 409
    assert verdict(console, SUE, "confirmed", role="supervisor") == 303
    assert (desk.encounter().review, desk.encounter().reviewed_by) == (Review.CONFIRMED, f"{ADA}, {SUE}")


def test_closed_case_and_deleted_pictures_are_said(console: ConsoleClient, desk: Desk) -> None:
    add(desk, review=Review.WITHDRAWN)
    put_case(desk.dynamodb, status=CaseStatus.RESOLVED)
    page = console.get("/encounters/e1").text
    assert "The pictures are deleted." in page
    assert "The case is closed." in page
    assert '<form method="post" action="/encounters' not in page
    assert verdict(console, ADA, "confirmed") == 409


def test_unknown_encounter_is_not_found(console: ConsoleClient) -> None:
    for path in ("/encounters/e7", "/encounters/window%23a%23b"):
        assert console.get(path).status == 404
    for action in ("acknowledge", "undo"):
        assert console.post(f"/encounters/e7/{action}").status == 404
