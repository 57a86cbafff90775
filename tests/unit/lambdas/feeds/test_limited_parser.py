"""Tests that a hostile feed costs a limited time and memory."""

from __future__ import annotations

import contextlib
import gzip
import subprocess
import sys
import time

import pytest

from lambdas.feeds.entries import UnreadableFeedError
from lambdas.feeds.limited_parser import parse_feed

URL = "https://shelter.example/feed"
RSS = b'<rss version="2.0"><channel>'
JSON = b'{"version": "https://jsonfeed.org/version/1", "items": ['


@pytest.mark.parametrize(
    "body",
    [
        RSS + b"<!--" * 1_000_000,
        RSS + b"<a>" * 1_300_000,
        RSS + b"<item/>" * 700_000,
        RSS + b"<item><description>" + b"<" * 4_000_000,
        RSS + b"<![CDATA[" * 400_000,
        b"<!DOCTYPE " + b"<!ENTITY " * 400_000,
        gzip.compress(RSS + b"<a>" * 100_000_000),
        JSON + b"[" * 4_000_000,
        JSON + b'{"id": "a", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]}",
        JSON + b"{}," * 1_600_000 + b"{}]}",
    ],
    ids=["comments", "depth", "entries", "brackets", "cdata", "doctype", "gzip", "json depth", "deep item", "items"],
)
def test_hostile_feed_ends_in_time(body: bytes) -> None:
    started = time.monotonic()
    with contextlib.suppress(UnreadableFeedError):
        assert len(parse_feed(body, url=URL, time_limit_s=1).entries) <= 500
    assert time.monotonic() - started < 20


def test_reading_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(UnreadableFeedError, match=r"takes longer than 0\.2 s"):
        parse_feed(RSS + b"<a>" * 1_300_000, url=URL, time_limit_s=0.2)


def test_reading_that_takes_too_much_memory_is_stopped() -> None:
    # In a new process: a forked child can use the memory that this one has freed, beyond any limit.
    program = f"""
from lambdas.feeds import limited_parser
limited_parser._MEMORY_LIMIT = 20_000_000
limited_parser.parse_feed({JSON!r} + b"[[]]," * 900_000 + b"1]}}", url={URL!r})
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "UnreadableFeedError: " in result.stderr


def test_fault_of_a_feed_reaches_the_caller() -> None:
    with pytest.raises(UnreadableFeedError, match="not a JSON Feed: nested too deeply"):
        parse_feed(JSON + b"[" * 100_000, url=URL)
    with pytest.raises(UnreadableFeedError, match="not an RSS or Atom feed"):
        parse_feed(b"<html></html>", url=URL)


def test_skipped_entries_reach_the_caller() -> None:
    parsed = parse_feed(JSON + b'{"id": "a", "image": "/a.png"}, {}]}', url=URL)
    assert [entry.images for entry in parsed.entries] == [("https://shelter.example/a.png",)]
    assert parsed.skipped == {"an item without an id": 1}
