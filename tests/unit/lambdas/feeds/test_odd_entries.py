"""Tests that one odd entry, link or byte is left out of a feed, and the rest is read."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from typing import Any

import pytest

from lambdas.feeds.entries import read_entries

URL = "https://shelter.example/news/feed"
GOOD = '<item><guid>good</guid><enclosure url="/good.png" type="image/png" length="1"/></item>'
NAMESPACES = (
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)
BRACKET = "http://[site_url]/x.jpg"


def rss(*items: str) -> bytes:
    return f'<rss version="2.0" {NAMESPACES}><channel><title>x</title>{"".join(items)}</channel></rss>'.encode()


def json_feed(*items: Any, version: str = "https://jsonfeed.org/version/1.1") -> bytes:
    return json.dumps({"version": version, "title": "x", "items": items}).encode()


def images(body: bytes) -> tuple[list[str], dict[str, int]]:
    """Return the file names of all images, and what was skipped."""
    skipped: Counter[str] = Counter()
    entries = read_entries(body, url=URL, skipped=skipped)
    return [image.rpartition("/")[2] for entry in entries for image in entry.images], dict(skipped)


@pytest.mark.parametrize(
    "odd",
    [
        f'<item><description>&lt;img src="{BRACKET}"&gt;</description></item>',
        f'<item><content:encoded><![CDATA[<img src="{BRACKET}">]]></content:encoded></item>',
        f'<item><enclosure url="{BRACKET}" type="image/jpeg" length="1"/></item>',
        f'<item><media:content url="{BRACKET}" medium="image"/></item>',
        f'<item><media:thumbnail url="{BRACKET}"/></item>',
        '<item><media:content medium="image"/></item>',
        '<item><enclosure url="ftp://shelter.example/a.jpg" type="image/jpeg" length="1"/></item>',
        f'<item><enclosure url="/{"x" * 3_000}.jpg" type="image/jpeg" length="1"/></item>',
    ],
)
def test_link_that_is_not_valid_is_counted(odd: str) -> None:
    assert images(rss(odd, GOOD)) == (["good.png"], {"a link to a picture that is not valid": 1})


@pytest.mark.parametrize(
    "odd",
    [
        f"<item><link>{BRACKET}</link><guid>{BRACKET}</guid></item>",
        f'<item xml:base="{BRACKET}"><guid>2</guid></item>',
        "<item><guid>2</guid><pubDate>Mon, 99 Xyz 99999 99:99:99 +9999</pubDate></item>",
        "<item><guid>2</guid><title>&#xD800;&#0;&#1114112;</title></item>",
        "<item><guid>2</guid><title>&nbsp;&nosuch; AT&T <b>x</title></item>",
        "<item/>",
    ],
)
def test_odd_entry_without_pictures_costs_no_other(odd: str) -> None:
    assert images(rss(odd, GOOD)) == (["good.png"], {})


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"image": "/b.png"}, "an item without an id"),
        ({"id": "", "image": "/b.png"}, "an item without an id"),
        ({"id": {"a": 1}}, "an item without an id"),
        (None, "an item that is not an object"),
        ([["deep"]], "an item that is not an object"),
        ({"id": "b", "attachments": "/b.png"}, "a link to a picture that is not valid"),
        ({"id": "b", "attachments": [None]}, "a link to a picture that is not valid"),
        ({"id": "b", "image": {"url": "/b.png"}}, "a link to a picture that is not valid"),
        ({"id": "b", "image": True}, "a link to a picture that is not valid"),
        ({"id": "b", "attachments": [{"mime_type": "image/png"}]}, "a link to a picture that is not valid"),
    ],
)
def test_odd_item_is_counted_with_its_reason(item: Any, reason: str) -> None:
    assert images(json_feed({"id": "a", "image": "/good.png"}, item)) == (["good.png"], {reason: 1})


@pytest.mark.parametrize(
    "item",
    [
        {"id": "b", "attachments": None},
        {"id": "b", "attachments": [], "image": None, "content_html": 7},
        {"id": "b", "date_published": 7, "date_modified": "0001-01-01T00:00:00+14:00"},
        {"id": "b", "content_html": "<img src='data:image/png;base64,AAAA'>"},
        {"id": 10**4_000},
        {"id": "\ud800"},
    ],
)
def test_empty_or_mistyped_member_costs_no_item(item: Any) -> None:
    assert images(json_feed({"id": "a", "image": "/good.png"}, item)) == (["good.png"], {})


@pytest.mark.parametrize("version", ["https://jsonfeed.org/version/1", "http://www.jsonfeed.org/version/1.1"])
def test_json_feed_of_each_version_is_read(version: str) -> None:
    assert images(json_feed({"id": 1.5, "banner_image": "a.png"}, version=version)) == (["a.png"], {})


@pytest.mark.parametrize(
    ("declared", "address", "tried"),
    [
        ("image/png", "/picture", True),
        ("application/octet-stream", "/a.jpg", True),
        ("application/octet-stream", "/download?id=7", True),
        ("binary/octet-stream", "/a", True),
        ("jpg", "/b.jpg", True),
        ("", "/a.heic", True),
        ("text/html; charset=utf-8", "/a.JPG", True),
        ("video/mp4", "/a.webp", True),
        ("IMAGE/JPEG", "/a.php", True),
        ("audio/mpeg", "/sound", False),
        ("application/octet-stream", "/film.mp4", False),
        ("application/pdf", "/a", False),
    ],
)
def test_declared_type_hides_no_picture(declared: str, address: str, tried: bool) -> None:
    enclosure = f'<item><enclosure url="{address}" type="{declared}" length="1"/></item>'
    media = f'<item><media:content url="{address}" type="{declared}"/></item>'
    attached = json_feed({"id": "a", "attachments": [{"url": address, "mime_type": declared}]})
    for body in (rss(enclosure), rss(media), attached):
        assert len(images(body)[0]) == tried


def test_pictures_of_podcast_and_atom_elements_are_found() -> None:
    podcast = '<item><guid>1</guid><itunes:image href="/cover.jpg"/></item>'
    linked = '<item><guid>2</guid><atom:link rel="enclosure" href="/linked.jpg" type="image/jpeg"/></item>'
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://shelter.example/pictures/"><entry><id>1</id>'
        '<content type="image/jpeg" src="outside.jpg"/></entry></feed>'
    )
    assert images(rss(podcast, linked))[0] == ["cover.jpg", "linked.jpg"]
    assert images(atom.encode())[0] == ["outside.jpg"]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("utf-16", "utf-8"), ("latin-1", "utf-8"), ("utf-8", "nosuch")],
)
def test_wrong_declared_encoding_costs_no_entry(encoding: str, declared: str) -> None:
    feed = rss("<item><title>Zoë</title><guid>1</guid></item>", GOOD).decode()
    body = f'<?xml version="1.0" encoding="{declared}"?>{feed}'.encode(encoding)
    assert images(body) == (["good.png"], {})


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "latin-1"])
def test_json_feed_of_any_encoding_is_read(encoding: str) -> None:
    text = '{"version": "https://jsonfeed.org/version/1", "items": [{"id": "Zoë", "image": "a.png", "x": NaN}]}'
    assert images(text.encode(encoding)) == (["a.png"], {})


def test_gzip_file_is_read() -> None:
    assert images(gzip.compress(rss(GOOD))) == (["good.png"], {})


@pytest.mark.parametrize("date", ["0000-00-00T00:00:00Z", "soon"])
def test_unreadable_date_is_no_date(date: str) -> None:
    [entry] = read_entries(json_feed({"id": "a", "date_published": date}), url=URL)
    [item] = read_entries(rss(f"<item><guid>1</guid><pubDate>{date}</pubDate></item>"), url=URL)
    assert (entry.published_at, item.published_at) == (None, None)


def test_entries_after_the_limit_are_counted() -> None:
    assert images(json_feed(*({"id": str(number)} for number in range(600))))[1] == {"entries after the 500th": 100}
