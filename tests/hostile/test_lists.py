"""Tests that an agency's list is imported whole, or refused with the line of its fault."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.ingest.sources.agency_folder.cases import AgencyFolder
from lambdas.ingest.sources.agency_folder.cells import COLUMNS
from lambdas.ingest.sources.agency_folder.files import open_folder
from lambdas.ingest.sources.protocol import DocumentError, UnreadableListingError
from tests.hostile.corpus import check, outcome
from tests.hostile.lists import INPUTS

if TYPE_CHECKING:
    from lambdas.cases.case import Case

_ERRORS = (UnreadableListingError, DocumentError)
_CELLS = st.text(max_size=20) | st.sampled_from(["A", '"', ",", "9/4/1990", "5'6\"", "a.jpg", "../x", "\0", "+1"])


def import_list(given_list: tuple[str, bytes]) -> list[Case]:
    """Validate a list as `homeward import` does, then list and read its cases as a sync does."""
    name, content = given_list
    path = Path(tempfile.mkdtemp())
    try:
        (path / "photos").mkdir()
        (path / "photos" / "a.jpg").write_bytes(b"x")
        (path / "photos" / "loop").symlink_to("loop")
        (path / "photos" / "out.jpg").symlink_to("/etc/hostname")
        (path / name).write_bytes(content)
        folder = AgencyFolder(open_folder(str(path)))
        cases = [folder.read(each.source_id, folder.fetch_document(each.source_id)) for each in folder.list_cases()]
        if problems := folder.problems():
            raise DocumentError("\n".join(map(str, problems[:5])))
        return cases
    finally:
        shutil.rmtree(path)


@pytest.mark.parametrize("name", INPUTS)
def test_list_has_its_outcome(name: str) -> None:
    check(INPUTS[name], import_list, errors=_ERRORS)


@settings(max_examples=100, deadline=None)
@given(
    columns=st.lists(st.sampled_from(sorted(COLUMNS)), max_size=4, unique=True),
    rows=st.lists(st.lists(_CELLS, max_size=6), max_size=3),
    separator=st.sampled_from(",;\t"),
)
def test_any_cells_are_cases_or_refused(columns: list[str], rows: list[list[str]], separator: str) -> None:
    lines = [["case_id", *columns], *rows]
    content = "\n".join(separator.join(cells) for cells in lines).encode("utf-8", "surrogatepass")
    outcome(import_list, ("cases.csv", content), errors=_ERRORS)


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=200), name=st.sampled_from(["cases.csv", "cases.jsonl"]))
def test_any_bytes_are_cases_or_refused(content: bytes, name: str) -> None:
    outcome(import_list, (name, content), errors=_ERRORS)
