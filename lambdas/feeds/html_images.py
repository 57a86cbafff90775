"""Find the pictures in the HTML of an entry."""

from __future__ import annotations

from html.parser import HTMLParser


class _ImageParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        source = dict(attrs).get("src")
        if tag == "img" and source:
            self.sources.append(source)


def images_in(html: str) -> list[str]:
    """Return the `src` of each `img`."""
    parser = _ImageParser()
    parser.feed(html)
    return parser.sources
