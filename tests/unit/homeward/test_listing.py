"""Lists: what a spreadsheet gets."""

from __future__ import annotations

import csv
import io

import pytest

from homeward.listing import Listing

NAMES = Listing(columns={"id": "id", "name": "name"}, whole=frozenset({"id"}))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@here"])
def test_csv_gives_a_spreadsheet_no_formula(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    NAMES.show([{"id": 7, "name": text}], as_json=False, as_csv=True)
    [row] = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert row == {"id": "7", "name": f"'{text}"}


def test_csv_keeps_commas_quotes_numbers_and_lists(capsys: pytest.CaptureFixture[str]) -> None:
    NAMES.show([{"id": -7.5, "name": 'A "b", c'}, {"id": None, "name": ["a", "b"]}], as_json=False, as_csv=True)
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows == [["id", "name"], ["-7.5", 'A "b", c'], ["", '["a", "b"]']]
