from __future__ import annotations

import pytest

from lambdas.common.keys import case_id, photo_key
from lambdas.ingest.sources.agency_folder.row import read_row


@pytest.mark.parametrize("part", ["", ".", "..", "...", "a/b", "a b", "x" * 101, "a\n", "ä"])
def test_part_that_no_key_may_hold_is_refused(part: str) -> None:
    with pytest.raises(ValueError, match="cannot be part of an id"):
        case_id("folder", part)
    with pytest.raises(ValueError, match="cannot be part of an id"):
        photo_key("folder:A-1", part)


@pytest.mark.parametrize("number", [".", "..", "a/b", "x" * 101])
def test_row_with_a_case_id_that_no_key_may_hold_is_a_fault(number: str) -> None:
    case, problems = read_row({"case_id": number}, source="folder")
    assert case is None
    assert problems


@pytest.mark.parametrize("part", ["A-1", "2026.17", ".hidden", "a..b"])
def test_dots_among_other_characters_are_allowed(part: str) -> None:
    assert case_id("folder", part) == f"folder:{part}"
