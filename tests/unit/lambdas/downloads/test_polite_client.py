"""Tests of the HTTP client: its rate, User-Agent, retries, origins, size limits and robots.txt."""

from __future__ import annotations

import datetime as dt
import email.utils
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from lambdas.downloads.errors import GoneError, RefusedError, TooLargeError, UnavailableError
from lambdas.downloads.pace import ProcessPace
from lambdas.downloads.polite_client import PoliteClient
from lambdas.downloads.retries import TransientError, backoff, retry_after_s

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = "https://source.example"


def client(website: Any, **options: Any) -> PoliteClient:
    settings: dict[str, Any] = {"pace": ProcessPace(1e6), "permission": "the test's own"} | options
    return PoliteClient(
        base_url=BASE, contact="homeward@agency.example", transport=httpx.MockTransport(website), **settings
    )


def test_user_agent_has_our_name_and_contact(website: Any) -> None:
    website.answers = {"/a": httpx.Response(200, content=b"body")}
    assert client(website).get("/a", max_bytes=10) == b"body"
    assert website.requests[0].headers["user-agent"].startswith("Homeward/")
    assert "homeward@agency.example" in website.requests[0].headers["user-agent"]


def test_pace_spaces_requests_evenly() -> None:
    slept: list[float] = []
    pace = ProcessPace(per_second=2.0, clock=lambda: 100.0, sleep=slept.append)
    for _ in range(3):
        pace.wait()
    assert slept == [0.5, 1.0]


def test_idle_pace_allows_no_burst() -> None:
    times = iter([100.0, 500.0, 500.0])
    slept: list[float] = []
    pace = ProcessPace(per_second=1.0, clock=lambda: next(times), sleep=slept.append)
    for _ in range(3):
        pace.wait()
    assert slept == [1.0]


def test_each_retry_waits_for_the_pace(website: Any) -> None:
    turns: list[float] = []

    class Counting:
        def wait(self, min_interval_s: float = 0.0) -> None:
            turns.append(min_interval_s)

    answers = iter([httpx.Response(503), httpx.Response(429), httpx.Response(200, content=b"ok")])
    website.answers = {"/a": lambda _: next(answers)}
    assert client(website, pace=Counting()).get("/a", max_bytes=10) == b"ok"
    assert len(turns) == 3


@pytest.mark.parametrize("status", [404, 410])
def test_404_and_410_raise_gone_without_a_retry(website: Any, status: int) -> None:
    website.answers = {"/a": httpx.Response(status)}
    with pytest.raises(GoneError):
        client(website).get("/a", max_bytes=10)
    assert len(website.requests) == 1


@pytest.mark.parametrize(("status", "attempts"), [(500, 4), (503, 4), (403, 1), (401, 1)])
def test_only_transient_statuses_are_retried(website: Any, status: int, attempts: int) -> None:
    website.answers = {"/a": httpx.Response(status)}
    with pytest.raises(UnavailableError, match=str(status)):
        client(website).get("/a", max_bytes=10)
    assert len(website.requests) == attempts


def test_dropped_connection_is_retried(website: Any) -> None:
    def drop(request: httpx.Request) -> httpx.Response:
        raise httpx.RemoteProtocolError("peer closed connection", request=request)

    website.answers = {"/a": drop}
    with pytest.raises(UnavailableError, match="peer closed"):
        client(website).get("/a", max_bytes=10)
    assert len(website.requests) == 4


def test_retry_after_is_seconds_or_a_date() -> None:
    soon = dt.datetime.now(tz=dt.UTC) + dt.timedelta(seconds=30)
    assert retry_after_s("7") == 7.0
    assert retry_after_s(email.utils.format_datetime(soon)) == pytest.approx(30, abs=5)
    assert retry_after_s("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    assert retry_after_s("soon") is None


@pytest.mark.parametrize(("after_s", "expected"), [(None, True), (9.0, 9.0), (3_600.0, False)])
def test_retry_after_sets_the_wait_up_to_a_limit(after_s: float | None, expected: bool | float) -> None:
    assert backoff(TransientError("busy", after_s=after_s)) == expected


@pytest.mark.parametrize(
    "link", ["https://evil.example/x", "http://source.example/x", "//evil.example/x", "https://source.example:8443/x",
             "https://user:pass@source.example/x", "file:///etc/passwd", "javascript:alert(1)", "http://[::1"],
)  # fmt: skip
def test_link_off_the_origin_is_refused_before_sending(website: Any, link: str) -> None:
    with pytest.raises(RefusedError):
        client(website).get(link, max_bytes=10)
    assert website.requests == []


def test_further_origin_is_allowed(website: Any) -> None:
    website.answers = {"/p": httpx.Response(200, content=b"p")}
    photos = client(website, further_origins=("https://photos.example",))
    assert photos.get("https://photos.example/p", max_bytes=10) == b"p"


def test_redirects_are_followed_only_within_the_origin(website: Any) -> None:
    website.answers = {
        "/a": httpx.Response(302, headers={"location": "/b"}),
        "/b": httpx.Response(200, content=b"b"),
        "/out": httpx.Response(302, headers={"location": "https://evil.example/b"}),
        "/loop": httpx.Response(302, headers={"location": "/loop"}),
    }
    polite = client(website)
    assert polite.get("/a", max_bytes=10) == b"b"
    with pytest.raises(RefusedError, match=r"evil\.example"):
        polite.get("/out", max_bytes=10)
    with pytest.raises(RefusedError, match="more than 3 redirects"):
        polite.get("/loop", max_bytes=10)
    assert {request.url.host for request in website.requests} == {"source.example"}


def test_download_stops_at_the_size_limit(website: Any) -> None:
    sent: list[int] = []

    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                sent.append(1)
                yield b"x" * 1_000

    website.answers = {"/a": lambda _: httpx.Response(200, stream=Endless())}
    with pytest.raises(TooLargeError, match="5,000 bytes"):
        client(website).get("/a", max_bytes=5_000)
    assert len(sent) == 6


def test_unchanged_body_is_not_downloaded_again(website: Any) -> None:
    def feed(request: httpx.Request) -> httpx.Response:
        if request.headers.get("if-none-match") == '"v1"':
            return httpx.Response(304)
        return httpx.Response(200, content=b"feed", headers={"etag": '"v1"', "last-modified": "Mon, 23 Nov 2026"})

    website.answers = {"/feed": feed}
    polite = client(website)
    first = polite.get_if_changed("/feed", validators={}, max_bytes=10)
    assert (first.body, first.validators) == (b"feed", {"etag": '"v1"', "last-modified": "Mon, 23 Nov 2026"})
    assert polite.get_if_changed("/feed", validators=first.validators, max_bytes=10).body is None
    assert website.requests[1].headers["if-modified-since"] == "Mon, 23 Nov 2026"
