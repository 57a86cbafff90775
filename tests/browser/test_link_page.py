"""The pages of alerts' links and of upload links: a real browser, the functions' code, the emulator's S3."""

from __future__ import annotations

import importlib
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from lambdas.common.dynamodb import to_attributes
from lambdas.common.times import now, to_text
from lambdas.detection.capture import capture_of_object
from lambdas.encounters.encounter import AlertState, Stage
from lambdas.review.upload_links import new_upload_link
from local_cloud.lifecycle import running_cloud
from local_cloud.pipeline.tables import make_tables
from local_cloud.rekognition.engine.distinct_faces import HEADSHOTS
from local_cloud.settings import CloudSettings
from tests.support.review_desk import Desk
from tests.support.review_functions import CONTEXT, ENVIRONMENT
from tests.support.stories import put_case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

    from local_cloud.cloud import Cloud

PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    settings = CloudSettings(state=tmp_path_factory.mktemp("cloud"), services=("emulator",)).with_free_ports()
    with running_cloud(settings) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def desk(cloud: Cloud) -> Desk:
    s3, dynamodb = cloud.client("s3"), cloud.client("dynamodb")
    make_tables(dynamodb)
    for bucket in ("detection", "gallery"):
        s3.create_bucket(Bucket=bucket)
    face = (HEADSHOTS / "male" / "1.jpg").read_bytes()
    s3.put_object(Bucket="gallery", Key="photos/namus/MP900101/910101.jpg", Body=face, ContentType="image/jpeg")
    dynamodb.put_item(TableName="cameras", Item=to_attributes({"camera": "cam-01", "site": "North Station, main hall"}))
    put_case(dynamodb)
    return Desk(s3, dynamodb, now)


def meet(desk: Desk, encounter_id: str, **members: Any) -> str:
    """Store an encounter whose alert was sent now, and return the path of its link."""
    desk.add_encounter(encounter_id, **{"alert": AlertState.SENT, "alerted_at": to_text(now()), **members})
    for shot in range(2):
        key = f"encounters/{encounter_id}/c{shot}.jpg"
        desk.s3.put_object(Bucket="detection", Key=key, Body=(HEADSHOTS / "male" / "1.jpg").read_bytes())
    return f"/e/{encounter_id}/secret"


@pytest.fixture(scope="module")
def address(cloud: Cloud, desk: Desk) -> Iterator[str]:
    """A server that passes requests to the functions, as the HTTP API does."""
    with pytest.MonkeyPatch.context() as patch:
        functions: dict[str, ModuleType] = {}

        class Requests(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                path = urlsplit(self.path).path
                function = functions[path.split("/")[1]]
                event = {
                    "rawPath": path,
                    "requestContext": {"http": {"method": self.command, "path": path}, "stage": "$default"},
                    "headers": {name.lower(): value for name, value in self.headers.items()},
                    "body": self.rfile.read(length).decode(),
                    "isBase64Encoded": False,
                }
                answer = function.handler(event, CONTEXT)
                self.send_response(answer["statusCode"])
                for name, value in answer["headers"].items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer["body"].encode())

            do_POST = do_GET  # noqa: N815  (named by http.server)

            def log_message(self, *_: Any) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Requests) as server:
            address = f"http://127.0.0.1:{server.server_port}"
            for name, value in {**cloud.environment, **ENVIRONMENT, "LINK_BASE": address}.items():
                patch.setenv(name, value)
            functions["e"] = importlib.import_module("lambdas.review.links_handler")
            functions["u"] = importlib.import_module("lambdas.review.uploads_handler")
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield address
            server.shutdown()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of a phone, without scripts unless a test asks for them."""
    scripts = getattr(request, "param", "") == "scripts"
    options = {"java_script_enabled": scripts, "timezone_id": "America/Denver"}
    page = browser.new_context(viewport=PHONE, **options).new_page()  # type: ignore[arg-type] # width, height
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield page
    assert errors == []
    page.context.close()


def test_a_phone_shows_both_pictures_and_can_acknowledge(page: Page, desk: Desk, address: str, cloud: Cloud) -> None:
    loaded: dict[str, int] = {}
    page.on("response", lambda answer: loaded.update({answer.url.partition("?")[0]: answer.status}))
    page.goto(address + meet(desk, "e1"), wait_until="networkidle")
    expect(page.get_by_role("heading", level=1)).to_have_text("Possible match, not verified")
    expect(page.get_by_role("status")).to_have_text("Nobody has acknowledged this yet.")
    assert [image.evaluate("image => image.naturalWidth") for image in page.get_by_role("img").all()] == [128, 128]
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]
    own = {address, cloud.settings.endpoints["emulator"]}
    assert {"{0.scheme}://{0.netloc}".format(urlsplit(url)) for url in loaded if url != "data:,"} == own
    assert sorted(kind for kind, _ in desk.audited("e1")) == ["picture_viewed", "picture_viewed", "viewed"]

    page.get_by_label("Your name or badge number").fill("Officer 42")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_role("status")).to_contain_text("Acknowledged by Officer 42")
    expect(page.get_by_role("button")).to_have_count(0)
    assert desk.encounter("e1").stage is Stage.ACKNOWLEDGED


def test_the_form_requires_a_name(page: Page, desk: Desk, address: str) -> None:
    page.goto(address + meet(desk, "e2"))
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_label("Your name or badge number")).to_be_focused()
    assert desk.encounter("e2").acknowledged_at is None


def test_an_expired_link_says_so(browser: Browser, desk: Desk, address: str) -> None:
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type] # width, height
    page = context.new_page()
    answer = page.goto(address + meet(desk, "e3", alerted_at="2026-01-01T00:00:00.000Z"))
    assert answer
    assert answer.status == 410
    expect(page.get_by_role("heading")).to_have_text("This link has expired")
    expect(page.get_by_role("img")).to_have_count(0)
    context.close()


@pytest.mark.parametrize("page", ["scripts"], indirect=True)
def test_the_form_uploads_a_picture_with_place_and_time(page: Page, desk: Desk, address: str) -> None:
    link = new_upload_link(desk.dynamodb, table="encounters", camera="tips", expires_at=now() + timedelta(hours=1))
    page.goto(address + link)
    page.get_by_label("Picture, JPEG or PNG").set_input_files(HEADSHOTS / "male" / "1.jpg")
    expect(page.get_by_label("When was it taken")).not_to_have_value("")
    page.get_by_label("When was it taken").fill("2026-09-01T07:30")
    page.get_by_label("Where was it taken?").fill("Café, gate 7")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_have_text("The picture has arrived and is being searched.")
    [stored] = desk.s3.list_objects_v2(Bucket="detection", Prefix="captures/tips/")["Contents"]
    found = desk.s3.get_object(Bucket="detection", Key=stored["Key"])
    assert found["Body"].read() == (HEADSHOTS / "male" / "1.jpg").read_bytes()
    capture = capture_of_object(stored["Key"], etag="1", last_modified=now(), metadata=found["Metadata"])
    assert (capture.place, to_text(capture.captured_at)) == ("Café, gate 7", "2026-09-01T13:30:00.000Z")
    page.get_by_role("link", name="Send another picture").click()
    expect(page.get_by_role("button", name="Send")).to_be_visible()


@pytest.mark.parametrize("page", ["scripts"], indirect=True)
def test_the_form_refuses_what_cannot_be_searched(page: Page, desk: Desk, address: str, tmp_path: Path) -> None:
    link = new_upload_link(desk.dynamodb, table="encounters", camera="tips-2", expires_at=now() + timedelta(hours=1))
    page.goto(address + link)
    (tmp_path / "list.pdf").write_bytes(b"%PDF")
    page.get_by_label("Picture, JPEG or PNG").set_input_files(tmp_path / "list.pdf")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_have_text("Only JPEG and PNG pictures can be searched.")
    assert "Contents" not in desk.s3.list_objects_v2(Bucket="detection", Prefix="captures/tips-2/")
