"""Run the example source of docs/developer/adding-a-source.md."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from lambdas.downloads.pace import ProcessPace
from lambdas.downloads.polite_client import PoliteClient
from lambdas.ingest.fetch_case import CaseFetcher, CaseOutcome
from lambdas.ingest.sources.protocol import DocumentError, UnreadableListingError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.ingest.gallery.bucket_and_table import Gallery

DOCS = Path(__file__).parents[5] / "docs" / "developer" / "adding-a-source.md"
CASE = {"number": "A1", "first": "Perdita", "last": "Invented", "missing_since": "2024-05", "photos": ["p1", None]}


@pytest.fixture
def example() -> str:
    [block] = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    return str(block)


@pytest.fixture
def source(example: str, website: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "clearing_house_example.py").write_text(example)
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("clearing_house_example")
    monkeypatch.delitem(sys.modules, "clearing_house_example")
    client = PoliteClient(
        base_url="https://clearinghouse.example",
        contact="homeward@agency.example",
        pace=ProcessPace(per_second=1e6),
        permission="the test's own",
        transport=httpx.MockTransport(website),
    )
    return module.ClearingHouse(client)


def test_example_has_under_80_lines(example: str) -> None:
    assert 30 < len(example.splitlines()) < 80


def test_example_stores_its_case_in_the_gallery(
    source: Any, website: Any, gallery: Gallery, picture: Callable[..., bytes], s3: Any
) -> None:
    website.answers = {
        "/index.json": httpx.Response(200, json={"cases": [{"number": "A1", "updated": "u"}, {"number": ""}]}),
        "/cases/A1.json": httpx.Response(200, json=CASE),
        "/photos/p1": httpx.Response(200, content=picture()),
    }
    [listed] = source.list_cases()
    assert CaseFetcher(source=source, gallery=gallery).fetch(listed) is CaseOutcome.STORED
    assert s3.head_object(Bucket="gallery", Key="photos/clearinghouse/A1/p1.jpg")["Metadata"] == {"kind": "portrait"}


def test_example_raises_the_documented_errors(source: Any, website: Any) -> None:
    website.answers = {"/index.json": httpx.Response(200, content=b"<html>")}
    with pytest.raises(UnreadableListingError):
        list(source.list_cases())
    with pytest.raises(DocumentError):
        source.read("A2", b'{"number": "A1"}')
