from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from lambdas.common.dynamodb import from_attributes
from lambdas.downloads.errors import UnavailableError
from lambdas.feeds.entries import UnreadableFeedError
from tests.unit.lambdas.feeds.conftest import item, picture, rss

if TYPE_CHECKING:
    from tests.unit.lambdas.feeds.conftest import Reading


def test_each_picture_becomes_a_capture_that_was_taken_when_its_entry_was_published(reading: Reading) -> None:
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
        assert body.startswith(b"\xff\xd8"), "whatever it was, it is a JPEG now"


def test_each_picture_once_whatever_else_the_feed_changes(reading: Reading) -> None:
    reading.website.answers = {"/feed.xml": rss(item(1, "/a.png")), "/a.png": picture()}
    reading.read()
    reading.search_all()
    reading.website.answers["/feed.xml"] = rss(item(1, "/a.png"), item(2))
    assert reading.read().submitted == 0
    assert reading.captures() == {}
    assert reading.website.paths.count("/a.png") == 1


def test_a_feed_that_has_not_changed_is_not_fetched(reading: Reading) -> None:
    def feed(request: httpx.Request) -> httpx.Response:
        return httpx.Response(304) if request.headers.get("if-none-match") else rss(item(1, "/a.png"))

    reading.website.answers = {"/feed.xml": feed, "/a.png": picture()}
    assert reading.read().changed
    assert not reading.read().changed


def test_a_picture_that_could_not_be_had_is_fetched_by_the_next_run(reading: Reading) -> None:
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
def test_a_picture_of_no_use_is_asked_for_once(reading: Reading, answer: httpx.Response) -> None:
    reading.website.answers = {"/feed.xml": rss(item(1, "/a.png")), "/a.png": answer}
    assert reading.read().unusable == 1
    reading.website.answers["/feed.xml"] = rss(item(1, "/a.png"), item(2))
    assert reading.read().unusable == 0
    assert reading.website.paths.count("/a.png") == 1


@pytest.mark.parametrize(
    "link", ["https://elsewhere.example/a.png", "http://shelter.example/a.png", "https://169.254.169.254/latest"]
)
def test_a_picture_elsewhere_is_not_fetched(reading: Reading, link: str) -> None:
    reading.website.answers = {"/feed.xml": rss(item(1, link)), "/a.png": picture(), "/latest": picture()}
    assert reading.read().unusable == 1
    assert reading.website.paths == ["/feed.xml"]


def test_a_redirect_elsewhere_is_not_followed(reading: Reading) -> None:
    to_metadata = httpx.Response(302, headers={"location": "https://169.254.169.254/latest"})
    reading.website.answers = {"/feed.xml": rss(item(1, "/a.png")), "/a.png": to_metadata, "/latest": picture()}
    assert reading.read().unusable == 1
    assert "/latest" not in reading.website.paths


def test_a_run_that_was_killed_goes_on_where_it_was(reading: Reading) -> None:
    class Killed(BaseException):
        pass

    class DyingS3:
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
        reading.read(s3=DyingS3())
    assert len(reading.captures()) == 1
    assert reading.read().submitted == 1
    assert len(reading.captures()) == 2


def test_a_run_ends_before_the_next_one_starts_and_leaves_the_rest_to_it(reading: Reading) -> None:
    def slow(_: httpx.Request) -> httpx.Response:
        reading.clock.advance(minutes=3)
        return picture()

    links = [f"/{number}.png" for number in range(3)]
    reading.website.answers = {"/feed.xml": rss(item(1, *links)), **dict.fromkeys(links, slow)}
    report = reading.read()
    assert (report.submitted, report.left) == (2, 1)
    assert reading.read().submitted == 1


def test_a_server_that_gives_no_pictures_is_left_alone(reading: Reading) -> None:
    links = [f"/{number}.png" for number in range(9)]
    reading.website.answers = {"/feed.xml": rss(item(1, *links)), **dict.fromkeys(links, httpx.Response(403))}
    report = reading.read()
    assert (report.failed, report.left) == (3, 6)
    assert len(reading.website.paths) == 1 + 3


def test_old_entries_are_left_out_so_that_what_was_seen_may_be_forgotten(reading: Reading) -> None:
    reading.website.answers = {
        "/feed.xml": rss(item(1, "/a.png", published="Mon, 20 Jul 2026 02:00:00 GMT"), item(2, "/b.png")),
        "/b.png": picture(),
    }
    assert reading.read().submitted == 1
    items = [from_attributes(found) for found in reading.dynamodb.scan(TableName="feeds")["Items"]]
    [expiry] = [found["expires_at"] for found in items if "expires_at" in found]
    assert expiry > (reading.clock() + timedelta(days=90)).timestamp()


def test_without_a_date_it_was_taken_now_and_is_never_forgotten(reading: Reading) -> None:
    reading.website.answers = {"/feed.xml": rss(item(1, "/a.png", published="")), "/a.png": picture()}
    reading.read()
    [metadata] = reading.captures().values()
    assert metadata["captured-at"] == "2026-11-23T03:00:00.000Z"
    items = [from_attributes(found) for found in reading.dynamodb.scan(TableName="feeds")["Items"]]
    assert not [found for found in items if "expires_at" in found]


def test_an_entry_from_the_future_was_taken_when_it_came(reading: Reading) -> None:
    future = item(1, "/a.png", published="Mon, 23 Nov 2026 23:00:00 GMT")
    reading.website.answers = {"/feed.xml": rss(future), "/a.png": picture()}
    reading.read()
    [metadata] = reading.captures().values()
    assert metadata["captured-at"] == "2026-11-23T03:00:00.000Z"


@pytest.mark.parametrize(
    ("answer", "error"),
    [(httpx.Response(200, text="<html></html>"), UnreadableFeedError), (httpx.Response(500), UnavailableError)],
)
def test_a_feed_that_is_none_fails_the_run(reading: Reading, answer: httpx.Response, error: type[Exception]) -> None:
    reading.website.answers = {"/feed.xml": answer}
    with pytest.raises(error):
        reading.read()
