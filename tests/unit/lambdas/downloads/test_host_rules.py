"""Tests of robots.txt in the HTTP client, against real servers on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lambdas.downloads.errors import DisallowedError, UnavailableError
from lambdas.downloads.pace import ProcessPace
from lambdas.downloads.polite_client import PoliteClient
from lambdas.downloads.robots import MAX_ROBOTS_BYTES
from tests.support.loopback_site import LoopbackSite, Page, loopback_site

if TYPE_CHECKING:
    from collections.abc import Iterator

ALL_BUT_ABOUT = Page(b"User-agent: *\nAllow: /about\nDisallow: /\n")


@pytest.fixture
def site() -> Iterator[LoopbackSite]:
    with loopback_site() as served:
        served.pages = {"/about": Page(b"about"), "/api": Page(b"api")}
        yield served


@pytest.fixture
def other() -> Iterator[LoopbackSite]:
    """Another host: the same machine by another name."""
    with loopback_site() as served:
        served.url = served.url.replace("127.0.0.1", "localhost")
        served.pages = {"/a.jpg": Page(b"picture")}
        yield served


def client(site: LoopbackSite, **options: Any) -> PoliteClient:
    pace = ProcessPace(1e6)
    return PoliteClient(base_url=site.url, contact="homeward@agency.example", **{"pace": pace, **options})


def test_robots_txt_is_read_once_and_obeyed(site: LoopbackSite) -> None:
    site.pages["/robots.txt"] = ALL_BUT_ABOUT
    polite = client(site)
    with pytest.raises(DisallowedError, match=r"disallows /api\. Ask .* permission = "):
        polite.get("/api", max_bytes=10)
    assert polite.get("/about", max_bytes=10) == b"about"
    assert site.requests == ["/robots.txt", "/about"]


def test_robots_txt_is_read_again_after_a_day(site: LoopbackSite) -> None:
    times = [0.0]
    polite = client(site, clock=lambda: times[0])
    polite.get("/about", max_bytes=10)
    site.pages["/robots.txt"] = ALL_BUT_ABOUT
    times[0] = 24 * 3600 - 1
    assert polite.get("/api", max_bytes=10) == b"api"
    times[0] = 24 * 3600 + 1
    with pytest.raises(DisallowedError):
        polite.get("/api", max_bytes=10)


@pytest.mark.parametrize("status", [401, 403, 404, 410, 429])
def test_client_error_for_robots_txt_allows_everything(site: LoopbackSite, status: int) -> None:
    site.pages["/robots.txt"] = Page(ALL_BUT_ABOUT.body, status)
    assert client(site).get("/api", max_bytes=10) == b"api"


@pytest.mark.parametrize("status", [500, 503])
def test_unavailable_robots_txt_blocks_every_request(site: LoopbackSite, status: int) -> None:
    site.pages["/robots.txt"] = Page(status=status)
    polite = client(site)
    with pytest.raises(UnavailableError, match=rf"robots\.txt: {status}"):
        polite.get("/api", max_bytes=10)
    assert "/api" not in site.requests
    del site.pages["/robots.txt"]
    assert polite.get("/api", max_bytes=10) == b"api"


@pytest.mark.parametrize("redirects", [1, 5])
def test_robots_txt_is_found_behind_five_redirects(site: LoopbackSite, other: LoopbackSite, redirects: int) -> None:
    site.pages["/robots.txt"] = Page(status=301, headers={"location": f"{other.url}/hop1"})
    for hop in range(1, redirects):
        other.pages[f"/hop{hop}"] = Page(status=302, headers={"location": f"/hop{hop + 1}"})
    other.pages[f"/hop{redirects}"] = ALL_BUT_ABOUT
    with pytest.raises(DisallowedError):
        client(site).get("/api", max_bytes=10)


def test_endless_redirects_of_robots_txt_block_every_request(site: LoopbackSite) -> None:
    site.pages["/robots.txt"] = Page(status=301, headers={"location": "/robots.txt"})
    with pytest.raises(UnavailableError, match="more than 5 redirects"):
        client(site).get("/api", max_bytes=10)
    assert site.requests == ["/robots.txt"] * 6


def test_rules_in_the_first_500_kib_are_obeyed(site: LoopbackSite) -> None:
    site.pages["/robots.txt"] = Page(ALL_BUT_ABOUT.body + b"# comment\n" * (MAX_ROBOTS_BYTES // 10))
    with pytest.raises(DisallowedError):
        client(site).get("/api", max_bytes=10)


def test_permission_is_for_its_own_host_only(site: LoopbackSite, other: LoopbackSite) -> None:
    site.pages["/robots.txt"] = other.pages["/robots.txt"] = Page(b"User-agent: *\nDisallow: /\n")
    polite = client(site, permission="Letter of 2026-10-01", further_origins=(other.url,))
    assert polite.get("/api", max_bytes=10) == b"api"
    with pytest.raises(DisallowedError, match="must name localhost"):
        polite.get(f"{other.url}/a.jpg", max_bytes=10)
    assert "/robots.txt" not in site.requests


def test_permission_covers_a_host_that_it_names(site: LoopbackSite, other: LoopbackSite) -> None:
    other.pages["/robots.txt"] = Page(b"User-agent: *\nDisallow: /\n")
    named = client(site, permission="Letter of 2026-10-01, also for localhost.", further_origins=(other.url,))
    assert named.get(f"{other.url}/a.jpg", max_bytes=10) == b"picture"
    similar = client(site, permission="Letter for www.localhost.example", further_origins=(other.url,))
    with pytest.raises(DisallowedError):
        similar.get(f"{other.url}/a.jpg", max_bytes=10)


@pytest.mark.parametrize(("delay", "interval"), [(b"4", 4.0), (b"0.1", 1.0)])
def test_crawl_delay_slows_the_pace_and_never_speeds_it(site: LoopbackSite, delay: bytes, interval: float) -> None:
    slept: list[float] = []
    pace = ProcessPace(1.0, clock=lambda: 100.0, sleep=slept.append)
    site.pages["/robots.txt"] = Page(b"User-agent: *\nCrawl-delay: " + delay)
    polite = client(site, pace=pace)
    for _ in range(2):
        polite.get("/api", max_bytes=10)
    # robots.txt takes the first slot, the first request the second.
    assert slept == [1.0, 1.0 + interval]


def test_crawl_delay_of_hours_refuses_the_host(site: LoopbackSite) -> None:
    site.pages["/robots.txt"] = Page(b"User-agent: *\nCrawl-delay: 7200")
    with pytest.raises(DisallowedError, match="Crawl-delay of 7200 s"):
        client(site).get("/api", max_bytes=10)
