"""Tests that robots.txt is read as RFC 9309 says."""

from __future__ import annotations

import time

import pytest

from lambdas.downloads.robots import Robots, read_robots

TO_ALL = "User-agent: *\n"


def robots(body: str | bytes, status: int = 200) -> Robots:
    return read_robots(status, body, agent="Homeward")


@pytest.mark.parametrize(
    ("body", "path", "allowed"),
    [
        ("User-agent: *\r\nDisallow: /api\r\n", "/api/1", False),
        ("User-agent: *\rDisallow: /api\r", "/api/1", False),
        (TO_ALL + "Disallow: /*/photos/", "/cases/photos/1.jpg", False),
        (TO_ALL + "Disallow: /*.jpg$", "/cases/1.jpg", False),
        (TO_ALL + "Disallow: /*.jpg$", "/cases/1.jpg?size=2", True),
        (TO_ALL + "Disallow: *", "/api", False),
        (TO_ALL + "Disallow: /*?", "/cases?page=2", False),
        (TO_ALL + "Disallow: /Api", "/api", True),
        (TO_ALL + "Disallow: /api/\nAllow: /api/public/", "/api/public/1", True),
        (TO_ALL + "Allow: /\nDisallow: /api/", "/api/1", False),
        (TO_ALL + "Disallow: /page\nAllow: /page", "/page", True),
        (TO_ALL + "Disallow:", "/api", True),
        (TO_ALL + "Disallow: /", "/robots.txt", True),
        (TO_ALL + "Disallow: /api # no\n", "/api", False),
        ("Disallow: /\n" + TO_ALL + "Disallow: /x", "/api", True),
    ],
)
def test_longest_rule_with_wildcards_decides(body: str, path: str, allowed: bool) -> None:
    assert robots(body).allows(f"https://cases.example{path}") is allowed


@pytest.mark.parametrize(
    ("rule", "path", "allowed"),
    [
        ("/a%3cd.html", "/a%3Cd.html", False),
        ("/a%62c", "/abc", False),
        ("/fotos/\u00f1", "/fotos/%C3%B1/1", False),
        ("/fotos/%C3%B1", "/fotos/\u00f1", False),
        ("/star-%2A.html", "/star-*.html", False),
        ("/a/b", "/a%2Fb", True),
    ],
)
def test_percent_encoding_does_not_matter(rule: str, path: str, allowed: bool) -> None:
    assert robots(f"{TO_ALL}Disallow: {rule}").allows(f"https://cases.example{path}") is allowed


@pytest.mark.parametrize(
    ("body", "allowed"),
    [
        ("User-agent: *\n\nDisallow: /api/", False),
        ("User-agent: *\nDisallow: /x/\n\nUser-agent: *\nDisallow: /api/", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Homeward\nDisallow: /x/", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Other\nAllow: /", False),
        ("USER-AGENT: hOMEWARD\nDisallow: /", False),
        ("User-agent: Homeward/1\nDisallow: /", False),
        ("User-agent: Homeward bot # ours\nDisallow: /", False),
        ("User-agent: Home\nDisallow: /", True),
        ("User-agent: Homewards\nDisallow: /", True),
        ("User-agent: *bot\nDisallow: /", True),
        ("User-agent: Other\nUser-agent: Homeward\nDisallow: /api/", False),
        ("User-agent: Homeward\nSitemap: https://cases.example/s.xml\nUser-agent: Other\nDisallow: /", False),
        ("User-agent: Homeward\nNoindex: /x\nUser-agent: Other\nDisallow: /", False),
        ("User-agent: Homeward\nCrawl-delay: 2\nUser-agent: Other\nDisallow: /", False),
    ],
)
def test_groups_of_our_product_token_apply(body: str, allowed: bool) -> None:
    assert robots(body).allows("https://cases.example/api/1") is allowed


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_byte_order_mark_hides_no_rule(encoding: str) -> None:
    assert not robots((TO_ALL + "Disallow: /api").encode(encoding)).allows("https://cases.example/api")


def test_invalid_bytes_hide_no_other_rule() -> None:
    assert not robots(b"User-agent: *\nDisallow: /\xff\nDisallow: /api").allows("https://cases.example/api")


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (429, True), (304, False), (500, False)])
def test_status_without_rules_allows_all_or_nothing(status: int, allowed: bool) -> None:
    assert robots(TO_ALL + "Disallow: /x", status).allows("https://cases.example/x") is allowed


@pytest.mark.parametrize(
    ("written", "delay"), [("2.5", 2.5), ("0", 0.0), ("nan", None), ("1e999", None), ("-1", None), ("soon", None)]
)
def test_crawl_delay_is_read_if_it_is_a_number(written: str, delay: float | None) -> None:
    assert robots(f"{TO_ALL}Crawl-delay: {written}").seconds_between_requests == delay


@pytest.mark.parametrize("line", ["Disallow: /" + "*a" * 200_000, "Disallow: /*a*b*c\n" * 25_000, " \t" * 250_000])
def test_large_file_is_read_in_seconds(line: str) -> None:
    started = time.process_time()
    robots(TO_ALL + line).allows("https://cases.example/" + "a" * 2_000)
    assert time.process_time() - started < 10
