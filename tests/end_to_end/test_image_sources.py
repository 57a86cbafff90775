"""Pictures from other sources than cameras: other systems, partner uploads, `homeward submit`, searches, and feeds."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

from local_cloud.demo.watch import wait_until
from local_cloud.video import render_walk_past
from tests.end_to_end.deployed_agency import CASE, PERSON, jpeg

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.deployed_agency import DeployedAgency
    from tests.end_to_end.feed_site import FeedSite


def homeward(agency: DeployedAgency, *arguments: str, code: int = 0) -> Any:
    """Run a command with --json and parse its output; None if it prints nothing."""
    done = agency.homeward(*arguments, "--json", code=code)
    return json.loads(done.stdout) if done.stdout else None


def drop(agency: DeployedAgency, key: str, picture: bytes, **metadata: str) -> None:
    """Put a picture into the bucket, as another system with access to this prefix does."""
    s3 = agency.deployment.client("s3")
    s3.put_object(Bucket=agency.deployment["DetectionBucket"], Key=key, Body=picture, Metadata=metadata)


def test_a_picture_of_another_system_opens_an_encounter(agency: DeployedAgency) -> None:
    drop(agency, "captures/ferry-1/2026/night shift/DSC 0001.JPG", jpeg(PERSON[1]))
    wait_until("the alert", lambda: agency.alerts_at("ferry-1"))
    [encounter] = agency.encounters_at("ferry-1")
    assert encounter["case_id"] == CASE
    wait_until("the capture deleted", lambda: not agency.watch.keys("DetectionBucket", "captures/ferry-1/"))


@pytest.mark.parametrize(
    ("name", "picture", "metadata", "reason"),
    [
        ("text.jpg", b"no picture", {}, "InvalidImageFormatException"),
        ("unsure.jpg", None, {"confidence": "high"}, "high"),
    ],
)
def test_an_unusable_picture_is_quarantined_with_the_reason(
    agency: DeployedAgency, name: str, picture: bytes | None, metadata: dict[str, str], reason: str
) -> None:
    drop(agency, f"captures/ferry-2/{name}", picture or jpeg(PERSON[1]), **metadata)
    kept = f"quarantine/captures/ferry-2/{name}"
    wait_until("the quarantine", lambda: kept in agency.watch.keys("DetectionBucket", "quarantine/"))
    bucket = agency.deployment["DetectionBucket"]
    found = agency.deployment.client("s3").head_object(Bucket=bucket, Key=kept)["Metadata"]
    assert reason in found["reason"]
    wait_until("the capture gone", lambda: not agency.watch.keys("DetectionBucket", f"captures/ferry-2/{name}"))
    assert agency.encounters_at("ferry-2") == []


def test_an_upload_link_accepts_pictures_of_one_camera_only(agency: DeployedAgency) -> None:
    form = homeward(agency, "upload-link", "--camera", "transit-7", "--expires", "5m")
    person = jpeg(PERSON[1])

    def upload(picture: bytes, **changes: str) -> int:
        fields = form["fields"] | changes
        files = {"file": ("a.jpg", picture)}
        return httpx.post(form["url"], data=fields, files=files, trust_env=False, timeout=30).status_code

    assert upload(person, key="captures/cam-01/a.jpg") == 403
    assert upload(person, key="encounters/a/a.jpg") == 403
    assert upload(person, **{"Content-Type": "text/html"}) == 403
    assert upload(person, **{"x-amz-meta-captured-at": "2020-01-01T00:00:00Z"}) == 403
    assert upload(person + bytes(form["at_most_bytes"])) == 400
    assert not agency.watch.keys("DetectionBucket", "captures/")
    assert upload(person) == 204
    [encounter] = wait_until("the encounter", lambda: agency.encounters_at("transit-7"))
    assert encounter["case_id"] == CASE


def test_an_upload_form_leads_to_an_alert_with_its_place(agency: DeployedAgency) -> None:
    link = urlsplit(agency.homeward("upload-link", "--camera", "partner-1").stdout.strip())
    client = httpx.Client(trust_env=False, timeout=30)
    emulator = agency.cloud.settings.endpoints["emulator"]

    def ask(path: str) -> httpx.Response:
        return client.get(f"{emulator}{path}", headers={"Host": link.netloc})

    page = ask(link.path)
    assert page.status_code == 200, page.text
    assert ask("/u/form.js").headers["content-type"].startswith("text/javascript")
    fields = {name: unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', page.text)}
    action = re.search(r'action="([^"]+)"', page.text)
    assert action
    said = {"x-amz-meta-place": "Bus%20stop%207", "x-amz-meta-captured-at": "2026-09-01T10:00:00Z"}
    picture = {"file": ("a.jpg", jpeg(PERSON[1]))}
    stolen = fields | {"key": "captures/cam-01/a.jpg"}
    assert client.post(action[1], data=stolen, files=picture).status_code == 403
    sent = client.post(action[1], data=fields | said, files=picture)
    assert sent.status_code == 303
    after = urlsplit(sent.headers["location"])
    assert after.netloc == link.netloc
    assert "has arrived" in ask(f"{after.path}?{after.query}").text
    [text] = wait_until("the alert", lambda: agency.alerts_at("partner-1"))
    assert "Seen at Bus stop 7, Sep 1, 2026 10:00 UTC" in text


def test_submit_searches_videos_and_pictures_once(agency: DeployedAgency, stranger: bytes, tmp_path: Path) -> None:
    (tmp_path / "stranger.jpg").write_bytes(stranger)
    (tmp_path / "person.jpg").write_bytes(jpeg(PERSON[1]))
    (tmp_path / "broken.png").write_bytes(b"\x89PNG")
    render_walk_past([PERSON[2]], tmp_path / "walk.mp4", seconds_each=2.0, size=(960, 540))
    submit = ("submit", str(tmp_path), "--camera", "tips", "--journal", str(tmp_path / "journal.txt"), "--wait")
    submitted = homeward(agency, *submit, code=6)
    files = {file["file"].rpartition("/")[2]: file for file in submitted["files"]}
    assert files["broken.png"]["outcome"] == "unusable"
    captures = {capture for encounter in submitted["encounters"] for capture in encounter["captures"]}
    assert {encounter["case_id"] for encounter in submitted["encounters"]} == {CASE}
    assert {each["capture_id"] for each in files["person.jpg"]["captures"]} <= captures
    assert {each["capture_id"] for each in files["walk.mp4"]["captures"]} & captures
    assert not {each["capture_id"] for each in files["stranger.jpg"]["captures"]} & captures
    assert not agency.watch.keys("DetectionBucket", "captures/tips/")
    again = homeward(agency, *submit, code=6)
    assert not [capture for file in again["files"] for capture in file["captures"]]


def test_a_search_finds_the_person_and_stores_nothing(agency: DeployedAgency, stranger: bytes, tmp_path: Path) -> None:
    before = agency.watch.keys("DetectionBucket")
    own_file = ("--agency-file", str(agency.cloud.settings.state / "demo.toml"))
    answer = homeward(agency, "search", str(PERSON[2]), *own_file)
    [candidate] = answer["candidates"]
    assert (candidate["case_id"], candidate["name"], candidate["photo_kind"]) == (
        CASE,
        "Marlowe Exampleton",
        "portrait",
    )
    assert candidate["similarity"] >= 80
    (tmp_path / "stranger.jpg").write_bytes(stranger)
    assert homeward(agency, "search", str(tmp_path / "stranger.jpg"), *own_file, code=3)["candidates"] == []
    assert agency.watch.keys("DetectionBucket") == before


def test_a_feeds_pictures_become_captures_once(agency: DeployedAgency, feed_site: FeedSite, stranger: bytes) -> None:
    (feed_site.folder / "person.jpg").write_bytes(jpeg(PERSON[1]))
    (feed_site.folder / "stranger.jpg").write_bytes(stranger)
    items = "".join(
        f'<item><guid>{name}</guid><enclosure url="/{name}.jpg" type="image/jpeg" length="1"/></item>'
        for name in ("person", "stranger")
    )
    odd = '<item><description>&lt;img src="http://[site_url]/x.jpg"&gt;</description></item>'
    (feed_site.folder / "feed.xml").write_text(f'<rss version="2.0"><channel>{odd}{items}</channel></rss>')

    def read() -> dict[str, Any]:
        answer = agency.deployment.client("lambda").invoke(
            FunctionName=agency.deployment["ReadFeedFunction"], Payload=json.dumps({"feed": "shelter"})
        )
        report: dict[str, Any] = json.loads(answer["Payload"].read())
        return report

    report = read()
    assert report.pop("skipped") == {"a link to a picture that is not valid": 1}
    assert report == {"feed": "shelter", "changed": True, "submitted": 2, "unusable": 0, "failed": 0, "left": 0}
    [encounter] = wait_until("the encounter", lambda: agency.encounters_at("feed-shelter"))
    assert encounter["case_id"] == CASE
    wait_until("the captures deleted", lambda: not agency.watch.keys("DetectionBucket", "captures/feed-shelter/"))
    assert not read()["changed"]
    (feed_site.folder / "feed.xml").write_text(f'<rss version="2.0"><channel>{items}<item/></channel></rss>')
    assert read()["submitted"] == 0
