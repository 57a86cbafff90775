from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from botocore.exceptions import ClientError

from lambdas.common.dynamodb import from_attributes
from lambdas.common.photos import prepare_photo
from lambdas.downloads.errors import UnavailableError
from lambdas.feeds.entries import UnreadableFeedError
from tests.unit.lambdas.feeds.conftest import item, picture, rss

if TYPE_CHECKING:
    from tests.unit.lambdas.feeds.conftest import Reading


def test_image_becomes_a_capture_dated_by_its_entry(reading: Reading) -> None:
    reading.website.answers = {
        "/feed.xml": rss(item(1, "/a.png"), item(2, "https://pictures.example/b.png")),
        "/a.png": picture(1),
        "/b.png": picture(2),
    }
    report = reading.read()
    assert (report.submitted, report.unusable, report.failed, report.left) == (2, 0, 0, 0)
    assert len(reading.captures()) == 2
    for key, metadata in reading.captures().items():
        assert key == f"captures/feed-shelter/2026-11-23/{metadata['capture-id']}.jpg"
        assert metadata["captured-at"] == "2026-11-23T02:00:00.000Z"
        body = reading.s3.get_object(Bucket="detection", Key=key)["Body"].read()
        assert body.startswith(b"\xff\xd8"), "every image is converted to JPEG"


def test_changed_feed_does_not_repeat_an_image(reading: Reading) -> None:
    reading.website.answers = {"/feed.xml": rss(item(1, "/a.png")), "/a.png": picture()}
    reading.read()
    reading.search_all()
    reading.website.answers["/feed.xml"] = rss(item(1, "/a.png"), item(2))
    assert reading.read().submitted == 0
    assert reading.captures() == {}
    assert reading.website.paths.count("/a.png") == 1


def test_unchanged_feed_is_not_downloaded_again(reading: Reading) -> None:
    def feed(request: httpx.Request) -> httpx.Response:
        return httpx.Response(304) if request.headers.get("if-none-match") else rss(item(1, "/a.png"))

    reading.website.answers = {"/feed.xml": feed, "/a.png": picture()}
    assert reading.read().changed
    assert not reading.read().changed


def test_next_run_retries_an_unavailable_image(reading: Reading) -> None:
    reading.website.answers = {
        "/feed.xml": rss(item(1, "/a.png", "/b.png")),
        "/a.png": httpx.Response(503),
        "/b.png": picture(),
    }
    report = reading.read()
    assert (report.submitted, report.failed) == (1, 1)
    reading.website.answers["/a.png"] = picture(2)
    assert reading.read().submitted == 1
    assert len(reading.captures()) == 2


@pytest.mark.parametrize(
    "answer", [httpx.Response(404), httpx.Response(200, content=b"<html>no picture</html>"), httpx.Response(200)]
)
def test_unusable_image_is_requested_once(reading: Reading, answer: httpx.Response) -> None:
    reading.website.answers = {"/feed.xml": rss(item(1, "/a.png")), "/a.png": answer}
    assert reading.read().unusable == 1
    reading.website.answers["/feed.xml"] = rss(item(1, "/a.png"), item(2))
    assert reading.read().unusable == 0
    assert reading.website.paths.count("/a.png") == 1


@pytest.mark.parametrize(
    "link", ["https://elsewhere.example/a.png", "http://shelter.example/a.png", "https://169.254.169.254/latest"]
)
def test_image_on_another_origin_is_not_requested(reading: Reading, link: str) -> None:
    reading.website.answers = {"/feed.xml": rss(item(1, link)), "/a.png": picture(), "/latest": picture()}
    assert reading.read().unusable == 1
    assert reading.website.paths == ["/feed.xml"]


def test_redirect_to_another_origin_is_not_followed(reading: Reading) -> None:
    to_metadata = httpx.Response(302, headers={"location": "https://169.254.169.254/latest"})
    reading.website.answers = {"/feed.xml": rss(item(1, "/a.png")), "/a.png": to_metadata, "/latest": picture()}
    assert reading.read().unusable == 1
    assert "/latest" not in reading.website.paths


def test_next_run_continues_after_a_crash(reading: Reading) -> None:
    class Killed(BaseException):
        pass

    class CrashingS3:
        puts = 0

        def put_object(self, **request: Any) -> None:
            self.puts += 1
            if self.puts == 2:
                raise Killed
            reading.s3.put_object(**request)

    reading.website.answers = {
        "/feed.xml": rss(item(1, "/a.png", "/b.png")), "/a.png": picture(1), "/b.png": picture(2)
    }  # fmt: skip
    with pytest.raises(Killed):
        reading.read(s3=CrashingS3())
    assert len(reading.captures()) == 1
    assert reading.read().submitted == 1
    assert len(reading.captures()) == 2


def test_run_stops_in_time_and_the_next_one_continues(reading: Reading) -> None:
    def slow(_: httpx.Request) -> httpx.Response:
        reading.clock.advance(minutes=3)
        return picture()

    links = [f"/{number}.png" for number in range(3)]
    reading.website.answers = {"/feed.xml": rss(item(1, *links)), **dict.fromkeys(links, slow)}
    report = reading.read()
    assert (report.submitted, report.left) == (2, 1)
    assert reading.read().submitted == 1


def test_run_stops_after_three_failures_in_a_row(reading: Reading) -> None:
    links = [f"/{number}.png" for number in range(9)]
    reading.website.answers = {"/feed.xml": rss(item(1, *links)), **dict.fromkeys(links, httpx.Response(403))}
    report = reading.read()
    assert (report.failed, report.left) == (3, 6)
    assert len(reading.website.paths) == 1 + 3


def test_old_entries_are_ignored_and_records_expire(reading: Reading) -> None:
    reading.website.answers = {
        "/feed.xml": rss(item(1, "/a.png", published="Mon, 20 Jul 2026 02:00:00 GMT"), item(2, "/b.png")),
        "/b.png": picture(),
    }
    assert reading.read().submitted == 1
    items = [from_attributes(found) for found in reading.dynamodb.scan(TableName="feeds")["Items"]]
    [expiry] = [found["expires_at"] for found in items if "expires_at" in found]
    assert expiry > (reading.clock() + timedelta(days=90)).timestamp()


@pytest.mark.parametrize(
    ("published", "doubt"),
    [
        ("Fri, 01 Jan 2099 00:00:00 GMT", "future"),
        ("Mon, 23 Nov 2026 13:00:00 GMT", "future"),
        ("Thu, 01 Jan 1970 00:00:12 GMT", "too-early"),
        ("0001-01-01T00:00:00+14:00", "undated"),
        ("9999-12-31T23:59:59-14:00", "undated"),
    ],
)
def test_impossible_date_is_the_time_of_arrival(reading: Reading, published: str, doubt: str) -> None:
    reading.website.answers = {"/feed.xml": rss(item(1, "/a.png", published=published)), "/a.png": picture()}
    assert reading.read().submitted == 1
    [metadata] = reading.captures().values()
    assert metadata["captured-at"] == "2026-11-23T03:00:00.000Z"
    assert metadata["time-doubt"] == doubt
    items = [from_attributes(found) for found in reading.dynamodb.scan(TableName="feeds")["Items"]]
    assert not [found for found in items if "expires_at" in found], "the entry never becomes too old to be read again"


def test_undated_image_is_dated_now_and_never_expires(reading: Reading) -> None:
    reading.website.answers = {"/feed.xml": rss(item(1, "/a.png", published="")), "/a.png": picture()}
    reading.read()
    [metadata] = reading.captures().values()
    assert metadata["captured-at"] == "2026-11-23T03:00:00.000Z"
    items = [from_attributes(found) for found in reading.dynamodb.scan(TableName="feeds")["Items"]]
    assert not [found for found in items if "expires_at" in found]


@pytest.mark.parametrize(
    ("answer", "error"),
    [(httpx.Response(200, text="<html></html>"), UnreadableFeedError), (httpx.Response(500), UnavailableError)],
)
def test_unreadable_feed_fails_the_run(reading: Reading, answer: httpx.Response, error: type[Exception]) -> None:
    reading.website.answers = {"/feed.xml": answer}
    with pytest.raises(error):
        reading.read()


def test_odd_entry_is_counted_and_the_others_are_submitted(reading: Reading) -> None:
    odd = '<item><guid>2</guid><description>&lt;img src="http://[site_url]/x.jpg"&gt;</description></item>'
    reading.website.answers = {"/feed.xml": rss(item(1, "/a.png"), odd), "/a.png": picture()}
    report = reading.read()
    assert (report.submitted, report.unusable) == (1, 0)
    assert report.skipped == {"a link to a picture that is not valid": 1}


def test_picture_is_judged_by_its_content(reading: Reading) -> None:
    reading.website.answers = {
        "/feed.xml": rss(
            '<item><guid>1</guid><enclosure url="/a.jpg" type="application/octet-stream" length="1"/></item>',
            '<item><guid>2</guid><enclosure url="/b.jpg" type="image/jpeg" length="1"/></item>',
        ),
        "/a.jpg": picture(),
        "/b.jpg": httpx.Response(200, content=b"%PDF-1.7", headers={"content-type": "image/jpeg"}),
    }
    report = reading.read()
    assert (report.submitted, report.unusable) == (1, 1)


def test_any_error_of_one_picture_costs_no_other(reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = iter([RecursionError("too deep"), prepare_photo(picture().content)])

    def prepare(_: bytes) -> Any:
        result = next(prepared)
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr("lambdas.feeds.read_feed.prepare_photo", prepare)
    reading.website.answers = {"/feed.xml": rss(item(1, "/a.png", "/b.png")), "/a.png": picture(), "/b.png": picture()}
    report = reading.read()
    assert (report.submitted, report.unusable) == (1, 1)


def test_outage_of_aws_fails_the_run(reading: Reading) -> None:
    class ThrottledS3:
        def put_object(self, **_: Any) -> None:
            raise ClientError({"Error": {"Code": "SlowDown", "Message": ""}}, "PutObject")

    reading.website.answers = {"/feed.xml": rss(item(1, "/a.png")), "/a.png": picture()}
    with pytest.raises(ClientError):
        reading.read(s3=ThrottledS3())
    assert reading.read().submitted == 1


def test_picture_that_robots_txt_disallows_is_asked_for_later(reading: Reading) -> None:
    disallowed = httpx.Response(200, text="User-agent: *\nDisallow: /b.png")
    reading.website.answers = {
        "/feed.xml": rss(item(1, "https://pictures.example/b.png")),
        "/robots.txt": disallowed,
        "/b.png": picture(),
    }
    assert reading.read().failed == 1
    del reading.website.answers["/robots.txt"]
    assert reading.read().submitted == 1
