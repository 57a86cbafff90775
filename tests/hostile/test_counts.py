"""Tests that the page for developers says how many inputs there are."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

_PAGE = Path(__file__).parents[2] / "docs" / "developer" / "hostile-input.md"
_ROW = re.compile(r"^\| `(\w+)` \| .* \| (\d+) \| ", re.MULTILINE)


def test_page_has_the_count_of_each_parser() -> None:
    modules = [file.stem for file in Path(__file__).parent.glob("[!_]*.py")]
    parsers = sorted(name for name in modules if not name.startswith("test_") and name != "corpus")
    counts = {name: len(importlib.import_module(f"tests.hostile.{name}").INPUTS) for name in parsers}
    assert {name: int(count) for name, count in _ROW.findall(_PAGE.read_text(encoding="utf-8"))} == counts
    assert min(counts.values()) >= 25
    assert sum(counts.values()) >= 300
