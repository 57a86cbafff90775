from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from lambdas.feeds.entries import UnreadableFeedError, read_entries

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://shelter.example/news/feed"
PUBLISHED = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>x</title>
<item><guid>1</guid><pubDate>Mon, 23 Nov 2026 03:00:00 GMT</pubDate>
  <enclosure url="https://shelter.example/enclosed.jpg" type="image/jpeg" length="3"/>
  <enclosure url="https://shelter.example/sound.mp3" type="audio/mpeg" length="3"/>
  <media:content url="/medium" medium="image"/><media:content url="/film" medium="video"/>
  <media:group><media:content url="grouped.png"/></media:group>
  <media:thumbnail url="/thumbnail.jpg"/>
  <description>&lt;img src="described.jpg"&gt;&lt;img src="data:image/png;base64,AAAA"&gt;</description></item>
<item><guid>2</guid><media:thumbnail url="/thumbnail.jpg"/></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><entry><id>urn:1</id>
<published>2026-11-22T22:00:00-05:00</published><updated>2026-11-23T09:00:00Z</updated>
<link rel="enclosure" type="image/png" href="e.png"/><link rel="alternate" href="page"/>
<content type="html">&lt;p&gt;&lt;img src="/c.jpg" alt="x"&gt; &lt;img alt="without"&gt;&lt;/p&gt;</content>
</entry></feed>"""
JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "x",
    "items": [
        {
            "id": 1,
            "date_published": "2026-11-22T22:00:00-05:00",
            "image": "/main.jpg",
            "attachments": [
                {"url": "https://shelter.example/a.png", "mime_type": "image/png"},
                {"url": "https://shelter.example/a.mp3", "mime_type": "audio/mpeg"},
            ],
            "content_html": "<img src='inline.jpg'>",
        },
        {"id": "2", "date_published": "soon"},
    ],
}


def test_rss_entries_have_date_and_images() -> None:
    first, second = read_entries(RSS.encode(), url=URL)
    assert (first.entry_id.endswith("1"), first.published_at) == (True, PUBLISHED)
    assert first.images == (
        "https://shelter.example/enclosed.jpg",
        "https://shelter.example/medium",
        "https://shelter.example/news/grouped.png",
        "https://shelter.example/news/described.jpg",
    )
    assert (second.published_at, second.images) == (None, ("https://shelter.example/thumbnail.jpg",))


def test_atom_entry_has_date_and_images() -> None:
    [entry] = read_entries(ATOM.encode(), url=URL)
    assert entry.published_at == PUBLISHED
    assert entry.images == ("https://shelter.example/news/e.png", "https://shelter.example/c.jpg")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\n "])
def test_json_feed_items_have_date_and_images(mark: bytes) -> None:
    first, second = read_entries(mark + json.dumps(JSON_FEED).encode(), url=URL)
    assert (first.entry_id, first.published_at) == ("1", PUBLISHED)
    assert first.images == (
        "https://shelter.example/main.jpg",
        "https://shelter.example/a.png",
        "https://shelter.example/news/inline.jpg",
    )
    assert (second.entry_id, second.published_at, second.images) == ("2", None, ())


def test_feed_may_be_empty() -> None:
    assert read_entries(b'<rss version="2.0"><channel><title>x</title></channel></rss>', url=URL) == []


@pytest.mark.parametrize("body", [b"", b"<html><body>x</body></html>", b"{", b'{"items": []}', b"\x89PNG"])
def test_other_body_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableFeedError):
        read_entries(body, url=URL)


def test_body_that_names_a_file_does_not_open_it(tmp_path: Path) -> None:
    file = tmp_path / "secret.xml"
    file.write_text(RSS)
    with pytest.raises(UnreadableFeedError):
        read_entries(str(file).encode(), url=URL)


def test_xml_entities_neither_expand_nor_read_files(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    nested = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 20}">' for n in range(1, 9))
    bomb = f'<!DOCTYPE rss [<!ENTITY e0 "xxxxxxxxxx">{nested}<!ENTITY f SYSTEM "file://{tmp_path}/secret">]>'
    body = f'{bomb}<rss version="2.0"><channel><item><guid>&e8;&f;</guid></item></channel></rss>'
    entries = read_entries(body.encode(), url=URL)
    assert not [entry for entry in entries if "secret" in entry.entry_id or len(entry.entry_id) > 1_000]


def test_entries_and_images_are_limited() -> None:
    images = "".join(f"<img src='{number}.jpg'>" for number in range(30))
    feed = JSON_FEED | {"items": [{"id": "1", "content_html": images}] * 600}
    entries = read_entries(json.dumps(feed).encode(), url=URL)
    assert (len(entries), len(entries[0].images)) == (500, 20)
