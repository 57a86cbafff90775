"""Feeds, as publishers, broken templates and attackers write them."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.hostile.corpus import Accepted, Refused

if TYPE_CHECKING:
    from tests.hostile.corpus import Corpus

URL = "https://feed.example/news/rss.xml"
VERSION = "https://jsonfeed.org/version/1.1"
_ONE = '<item><guid>1</guid><enclosure url="/a.jpg" type="image/jpeg" length="1"/></item>'


def rss(items: str = _ONE, *, head: str = '<?xml version="1.0"?>') -> bytes:
    return f'{head}<rss version="2.0"><channel><title>x</title>{items}</channel></rss>'.encode()


def item(inside: str) -> bytes:
    return rss(f"<item><guid>1</guid>{inside}</item>")


def enclosure(url: str, kind: str = "image/jpeg") -> bytes:
    return item(f'<enclosure url="{url}" type="{kind}" length="1"/>')


def json_feed(*items: Any, **members: Any) -> bytes:
    return json.dumps({"version": VERSION, "items": list(items), **members}).encode()


def row(**members: Any) -> bytes:
    return json_feed({"id": "1", **members})


def images(*links: str) -> Accepted:
    return Accepted({"entries.0.images": links})


def published(instant: Any) -> Accepted:
    return Accepted({"entries.0.published_at": instant})


_WELL = images("https://feed.example/a.jpg")
_NO_FEED = Refused("not an RSS or Atom feed|not a JSON Feed")
_SKIPPED = Accepted({"entries.0.images": (), "skipped": {"a link to a picture that is not valid": 1}})
_ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 100}">' for n in range(12))
INPUTS: Corpus = {
    "RSS": (rss(), _WELL),
    "empty": (b"", _NO_FEED),
    "blank": (b" \n\t ", _NO_FEED),
    "HTML": (b"<!doctype html><html><body>Sign in</body></html>", _NO_FEED),
    "a picture": (b"\xff\xd8\xff\xe0" + bytes(500), _NO_FEED),
    "zeros": (bytes(1_000), _NO_FEED),
    "cut off": (rss()[:-20], _WELL),
    "byte order mark": (b"\xef\xbb\xbf" + rss(), _WELL),
    "UTF-16": (rss(head='<?xml version="1.0" encoding="utf-16"?>').decode().encode("utf-16"), _WELL),
    "a wrong encoding": (rss(head='<?xml version="1.0" encoding="nonsense"?>'), _WELL),
    "bytes that are no UTF-8": (rss(_ONE + "@").replace(b"@", b"\xff\xfe\x80"), _WELL),
    "a NUL": (rss(_ONE + "@").replace(b"@", b"\0"), _WELL),
    "gzip": (gzip.compress(rss()), _WELL),
    "gzip that is broken": (gzip.compress(rss())[:20] + b"\0\0\xff\xff" * 9, Refused("broken gzip|not a")),
    "gzip bomb": (lambda: gzip.compress(bytes(100_000_000)), _NO_FEED),
    "entity bomb": (rss(_ONE, head=f"<!DOCTYPE x [{_ENTITIES}]>").replace(b">x<", b">&e11;<"), _WELL),
    "entity of a file": (
        rss(_ONE, head='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>').replace(b">1<", b">&e;<"),
        Accepted({"entries.0.entry_id": "https://feed.example/news/&e"}),
    ),
    "4 MB of comments": (lambda: b"<!--" * 1_000_000, _NO_FEED),
    "100,000 elements deep": (lambda: rss("<a>" * 100_000), Refused("takes longer than 1 s")),
    "a reference to no character": (rss(_ONE + "&#xD800;&#0;&#1114112;"), _WELL),
    "2,000 entries": (
        lambda: rss(_ONE * 2_000),
        Accepted({"skipped": {"entries after the 500th": 1_500}}),
    ),
    "100 pictures in an entry": (
        item("".join(f'<enclosure url="/{n}.jpg" type="image/jpeg"/>' for n in range(100))),
        Accepted({"entries.0.images.19": "https://feed.example/19.jpg"}),
    ),
    "the same picture 100 times": (item('<enclosure url="/a.jpg" type="image/jpeg"/>' * 100), _WELL),
    "an entry without an id": (rss('<item><enclosure url="/a.jpg" type="image/jpeg"/></item>'), _WELL),
    "an id of 100,000 letters": (
        lambda: rss(_ONE.replace(">1<", f">{'x' * 100_000}<")),
        Accepted({"entries.0.images": ("https://feed.example/a.jpg",)}),
    ),
    "no host": (enclosure("http://[x/a.jpg"), _SKIPPED),
    "a script": (enclosure("javascript:alert(1)"), _SKIPPED),
    "a file": (enclosure("file:///etc/passwd"), _SKIPPED),
    "a link of 3,000 letters": (enclosure("/" + "x" * 3_000), _SKIPPED),
    "data in a link": (enclosure("data:image/png;base64,AAAA"), images()),
    "a path that climbs": (enclosure("../../../a.jpg"), _WELL),
    "a page": (enclosure("/a.html", "text/html"), images()),
    "a wrong type": (enclosure("/a.jpg", "application/octet-stream"), _WELL),
    "a type of a short name": (enclosure("/a.jpg", "jpg"), _WELL),
    "markup with a picture": (
        item("<description>&lt;img src='/a.jpg' onerror='x'&gt;&lt;script&gt;</description>"),
        _WELL,
    ),
    "year 1": (item("<pubDate>Mon, 01 Jan 0001 00:00:00 GMT</pubDate>"), published(datetime(1, 1, 1, tzinfo=UTC))),
    "year 9999": (item("<pubDate>Fri, 31 Dec 9999 23:59:59 -1200</pubDate>"), published(None)),
    "a date in words": (item("<pubDate>yesterday</pubDate>"), published(None)),
    "JSON Feed": (row(image="/a.jpg"), _WELL),
    "JSON Feed in UTF-16": (row(image="/a.jpg").decode().encode("utf-16"), _WELL),
    "JSON of no feed": (b'{"items": []}', Refused("names no version of JSON Feed")),
    "JSON list": (b"[1]", Refused("names no version")),
    "JSON, cut off": (row()[:-3], _NO_FEED),
    "JSON, 100,000 lists deep": (lambda: b"[" * 100_000, Refused("nested too deeply")),
    "JSON, a number of 100,000 digits": (
        lambda: b'{"version": "' + VERSION.encode() + b'", "items": [{"id": "1", "x": ' + b"9" * 100_000 + b"}]}",
        images(),
    ),
    "JSON, items that are an object": (json_feed(items={}), Refused("it has no items")),
    "JSON, a version that is a list": (json_feed(version=[VERSION]), Refused("names no version")),
    "JSON, an item that is null": (
        json_feed(None),
        Accepted({"entries": [], "skipped": {"an item that is not an object": 1}}),
    ),
    "JSON, an item without an id": (json_feed({}), Accepted({"skipped": {"an item without an id": 1}})),
    "JSON, one odd item of two": (json_feed(7, {"id": "1", "image": "/a.jpg"}), _WELL),
    "JSON, attachments that are null": (row(attachments=None, image="/a.jpg"), _WELL),
    "JSON, attachments that are text": (row(attachments="x"), _SKIPPED),
    "JSON, an image that is a number": (row(image=7), images("https://feed.example/news/7")),
    "JSON, an image that is an object": (row(image={"url": "/a.jpg"}), _SKIPPED),
    "JSON, half a surrogate pair": (row(image="/\ud800.jpg"), _SKIPPED),
    "JSON, an id with half a pair": (json_feed({"id": "\ud800"}), Accepted({"entries.0.entry_id": "?"})),
    "JSON, HTML that never ends": (lambda: row(content_html="<img " * 100_000), images()),
    "JSON, HTML that is a list": (row(content_html=["<img src=/a.jpg>"]), images()),
    "JSON, year 1": (row(date_published="0001-01-01T00:00:00+23:59"), published(None)),
    "JSON, year 9999": (row(date_published="9999-12-31T23:59:59-23:59"), published(None)),
    "JSON, a date that is a number": (row(date_published=20_210_227), published(datetime(2021, 2, 27, tzinfo=UTC))),
}
