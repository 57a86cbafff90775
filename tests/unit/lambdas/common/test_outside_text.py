from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as some

from lambdas.common.outside_text import paragraphs, single_line, spreadsheet_cell


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\v", "\f", "\x85", "\u2028", "\u2029", "\t", "\u00a0", "\u2800"])
def test_line_breaks_and_odd_spaces_become_one_space(separator: str) -> None:
    assert single_line(f" Ann{separator} Alder{separator}") == "Ann Alder"


@pytest.mark.parametrize(
    "unseen",
    ["\u202e", "\u2066", "\u200e", "\u061c", "\u200b", "\u2060", "\ufeff", "\u00ad", "\ufe0f", "\ud800", "\ue000"],
)
def test_unseen_characters_are_dropped(unseen: str) -> None:
    assert single_line(f"Al{unseen}der") == "Alder"


@pytest.mark.parametrize(
    "sequence", ["\x1b[31m", "\x1b[2J", "\x9b1m", "\x1b]0;title\x07", "\x1b]8;;http://evil.example\x1b\\", "\x1bM"]
)
def test_terminal_sequences_are_dropped(sequence: str) -> None:
    assert single_line(f"Al{sequence}der") == "Alder"


@pytest.mark.parametrize("text", ["José Núñez", "Nguyễn Thị Ánh", "王小明", "محمد الأحمد", "हिन्दी", "👮 5 km", "a  b"])
def test_letters_of_any_script_stay(text: str) -> None:
    assert single_line(text) == " ".join(text.split())


def test_accents_are_composed_and_piles_of_them_cut() -> None:
    assert single_line("Jose\u0301") == "José"
    assert single_line("Jose\u200b\u0301") == "José"
    assert len(single_line("o" + "\u0301\u0323" * 50)) <= 6


def test_paragraphs_stay_apart() -> None:
    assert (
        paragraphs("She left\r\nat\tnoon.\n\n\n\nShe\u202e wore\u2028red.\x1b[2J")
        == "She left\nat noon.\n\nShe wore\nred."
    )


@given(some.text())
def test_any_text_becomes_one_visible_line(text: str) -> None:
    line = single_line(text)
    assert single_line(line) == line
    assert len(line.splitlines()) <= 1
    assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for character in line)
    assert all(part for part in line.split(" ")) or not line


@given(some.text())
def test_paragraphs_are_lines_of_visible_text(text: str) -> None:
    assert all(single_line(line) == line for line in paragraphs(text).split("\n"))
    assert paragraphs(paragraphs(text)) == paragraphs(text)


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20", " =", "\u3000="]
)
def test_no_spreadsheet_runs_a_cell_as_a_formula(start: str) -> None:
    assert spreadsheet_cell(f"{start}1") == f"'{start}1"


def test_other_cells_stay_as_they_are() -> None:
    assert [spreadsheet_cell(text) for text in ("a=b", "5'6\"", " a", "")] == ["a=b", "5'6\"", " a", ""]
