"""Tests that a feed is read or refused, within the limits of the process that reads it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.feeds.entries import UnreadableFeedError, read_entries
from lambdas.feeds.limited_parser import ParsedFeed, parse_feed
from tests.hostile.corpus import check, outcome
from tests.hostile.feeds import INPUTS, URL, VERSION, rss

if TYPE_CHECKING:
    from lambdas.feeds.entries import Entry

# The process that reads a feed has 30 s and 500 MB (lambdas/feeds/limited_parser.py).
MAX_SECONDS = 15.0
_NEVER_ENDS = "100,000 elements deep"
_PARTS = [
    "<item>",
    "</item>",
    "<guid>",
    "<enclosure url='",
    "' type='image/jpeg'/>",
    "<!--",
    "]]>",
    "&",
    "<![CDATA[",
    "\0",
]
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["url", "mime_type"]), inner),
    max_leaves=8,
)
_MEMBERS = ["id", "image", "banner_image", "attachments", "content_html", "date_published", "date_modified"]


def read(body: bytes) -> ParsedFeed:
    return parse_feed(body, url=URL)


def read_briefly(body: bytes) -> ParsedFeed:
    return parse_feed(body, url=URL, time_limit_s=1)


@pytest.mark.parametrize("name", INPUTS)
def test_feed_has_its_outcome(name: str) -> None:
    started = time.monotonic()
    check(INPUTS[name], read_briefly if name == _NEVER_ENDS else read, errors=UnreadableFeedError, traced=False)
    assert time.monotonic() - started < MAX_SECONDS


def read_here(body: bytes) -> list[Entry]:
    return read_entries(body, url=URL)


@settings(max_examples=150, deadline=None)
@given(items=st.lists(st.dictionaries(st.sampled_from(_MEMBERS), _VALUES) | _VALUES, max_size=3))
def test_any_items_are_entries_or_skipped(items: list[Any]) -> None:
    body = json.dumps({"version": VERSION, "items": items}).encode()
    assert len(outcome(read_here, body, errors=())) <= len(items)


@settings(max_examples=100, deadline=None)
@given(body=st.binary(max_size=200) | st.lists(st.sampled_from(_PARTS) | st.text(max_size=9)).map("".join).map(rss))
def test_any_bytes_are_a_feed_or_refused(body: bytes) -> None:
    outcome(read_here, body, errors=UnreadableFeedError)
