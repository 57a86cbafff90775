"""Tests of lists as people bring them: odd separators and headers, stray quotation marks, and line separators."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from lambdas.ingest.sources.agency_folder.cases import AgencyFolder
from lambdas.ingest.sources.agency_folder.files import LocalFolder
from lambdas.ingest.sources.agency_folder.list_file import template
from lambdas.ingest.sources.protocol import DocumentError, UnreadableListingError

if TYPE_CHECKING:
    from pathlib import Path

QUOTE = 'a cell that begins with a quotation mark has no matching end; write a quotation mark inside a cell twice ("")'
HEADER = "case_id,given_name,aliases,birth_date,narrative"


def source(folder: Path, content: str, name: str = "cases.csv") -> AgencyFolder:
    (folder / name).write_bytes(content.encode())
    return AgencyFolder(LocalFolder(folder))


def problems(folder: Path, content: str, name: str = "cases.csv") -> list[str]:
    return [str(problem) for problem in source(folder, content, name).problems()]


def given_names(listed: AgencyFolder) -> list[str | None]:
    ids = [reference.source_id for reference in listed.list_cases()]
    return [listed.read(number, listed.fetch_document(number)).names[0].given for number in ids]


@pytest.mark.parametrize(
    "content",
    [
        "case_id,given_name\nA,Ann\nB,Bea\n",
        "\ufeffcase_id;given_name\r\nA;Ann\r\nB;Bea\r\n",
        "case_id\tgiven_name\nA\tAnn\nB\tBea\n",
        "sep=;\r\ncase_id;given_name\r\nA;Ann\r\nB;Bea\r\n",
        "case_id,given_name,,,\nA,Ann,,,\nB,Bea,,,\n",
        "case_id,,given_name\nA,,Ann\nB,,Bea\n",
        '"case_id";"given_name"\n"A";"Ann"\nB;Bea\n',
        "\n\ncase_id,given_name\n,,,\nA,Ann,,\nB,Bea\n",
        "case_id,given_name,aliases\nA,Ann\nB,Bea\n",
        "case_id,given_name\rA,Ann\rB,Bea\r",
    ],
)
def test_exports_of_spreadsheets_are_read(tmp_path: Path, content: str) -> None:
    assert problems(tmp_path, content) == []
    assert given_names(source(tmp_path, content)) == ["Ann", "Bea"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("case_id,photos,photos\nA,a.jpg,\nB,,\n", "line 1: column 'photos' is there more than once"),
        ("case_id,birth_date,birth_date (m/d/y)\nA\n", "line 1: column 'birth_date' is there more than once"),
        ("case_id,surname,city\nA,x,y\nB,x,y\n", "line 1: columns 'surname', 'city' are not in the template"),
        ("given_name|case_id\nAnn|A\n", "line 1: has no column case_id. The first line must name the columns"),
        ("A,Ann\nB,Bea\n", "line 1: has no column case_id."),
        ("case_id,,sex\nA,x,male\n", "line 2: has 'x' in column 2, which has no name in the header"),
        ("case_id,sex\n\nA,male,1.80\n", "line 3: has 3 cells, but the header has 2 columns"),
        (f'{HEADER}\nA,Ann\nB,Bea,"Red,1991\nC,Cleo\nD,Dora,"Bunny,1993\nE,Eve\n', f"line 3: {QUOTE}"),
        (f'{HEADER}\nZ,Zoe,,tomorrow\nA,"Ann\n' + "B,Bea\n" * 30_000, f"line 3: {QUOTE}"),
        (f'{HEADER}\nA,Ann,"Red" Annie,1990\n', f"line 2: {QUOTE}"),
        (f'{HEADER}\nB,Bea,"Red,1991,x\nC,Cleo,Bunny",1992,y\n', "line 2: aliases has a line break"),
        (f'{HEADER}\nB,Bea,,1991,"x\nC,Cleo,,1992,y"\n', "line 2: narrative has a line break"),
    ],
)
def test_each_fault_of_a_list_is_one_line_and_nothing_is_imported(tmp_path: Path, content: str, expected: str) -> None:
    [problem] = problems(tmp_path, content)
    assert problem.startswith(f"cases.csv {expected}")
    with pytest.raises(UnreadableListingError, match="nothing was imported") as raised:
        list(source(tmp_path, content).list_cases())
    assert problem in str(raised.value)


def test_prose_of_several_lines_is_no_swallowed_row(tmp_path: Path) -> None:
    content = f'{HEADER}\nA,Ann,,1990,"Left home.\nTook her coat, bag, phone, and keys.\n""Back soon"", she said."\n'
    assert problems(tmp_path, content) == []


def test_case_id_in_two_rows_is_quarantined_and_the_others_are_read(tmp_path: Path) -> None:
    listed = source(tmp_path, "case_id,given_name\nA,Ann\nB,Bea\nA,Amy\n")
    assert [reference.source_id for reference in listed.list_cases()] == ["A", "B"]
    with pytest.raises(DocumentError, match="case_id A is in the list more than once, also in line 4"):
        listed.read("A", listed.fetch_document("A"))
    assert listed.read("B", listed.fetch_document("B")).name == "Bea"


def test_second_line_of_the_template_is_skipped(tmp_path: Path) -> None:
    assert problems(tmp_path, template() + "A\n") == []
    assert [reference.source_id for reference in source(tmp_path, template() + "A\n").list_cases()] == ["A"]


def test_line_break_that_excel_writes_into_a_cell_is_a_space(tmp_path: Path) -> None:
    listed = source(tmp_path, 'case_id,given_name,last_seen_city\nA,"Ann\nMarie","Nowhere\r\nFalls"\nB,Bea,x\n')
    assert listed.problems() == []
    case = listed.read("A", listed.fetch_document("A"))
    assert (case.name, case.last_seen.city) == ("Ann Marie", "Nowhere Falls")
    assert [reference.source_id for reference in listed.list_cases()] == ["A", "B"]


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\u0085"])
def test_json_lines_end_at_line_feeds_only(tmp_path: Path, separator: str) -> None:
    rows = [{"case_id": "A", "narrative": f"one{separator}two"}, {"case_id": "B", "narrative": "x"}]
    content = "".join(json.dumps(row, ensure_ascii=False) + "\r\n" for row in rows)
    listed = source(tmp_path, content + "{broken", "cases.jsonl")
    assert [problem.line for problem in listed.problems()] == [3]
    assert listed.read("A", listed.fetch_document("A")).narrative == "one\ntwo"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("[1]", "the document is a list, not an object"),
        ("{broken", "the document is not JSON"),
        ('{"case_id": "A", "photos": "a.jpg", "photos": ""}', "column 'photos' is there more than once"),
        ('{"case_id": "A", "surname": "x"}', "column 'surname' is not in the template"),
        ('{"case_id": "A", "narrative": ' + "[" * 100_000 + "]" * 100_000 + "}", "the document is not JSON"),
        ('{"given_name": "Ann"}', "case_id is empty"),
    ],
)
def test_faulty_json_line_is_reported_with_its_line(tmp_path: Path, row: str, expected: str) -> None:
    [problem] = problems(tmp_path, f'{{"case_id": "B"}}\n\n{row}\n', "cases.jsonl")
    assert problem.startswith(f"cases.jsonl line 3: {expected}")
