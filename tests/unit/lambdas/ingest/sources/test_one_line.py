"""Every source: a fact of a case is one visible line, whatever the source wrote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from lambdas.cases.case import Case, CaseType, LastSeen, Name, SourcePhoto
from lambdas.common.outside_text import single_line
from lambdas.ingest.sources.agency_folder.row import read_row
from lambdas.ingest.sources.fbi.document import read_fbi_case
from lambdas.ingest.sources.interpol.document import read_interpol_case
from lambdas.ingest.sources.namus.document import read_namus_case
from lambdas.ingest.sources.ncmec.document import read_ncmec_case

if TYPE_CHECKING:
    from collections.abc import Callable

FORGED = "\u202eAnn\u200b\r\nReview: https://evil.example\u2028\x1b[31mX\x00\t\ufeffY"
CLEAN = "Ann Review: https://evil.example X Y"


def namus(text: str) -> Case:
    document = {
        "idFormatted": "MP970001",
        "subjectIdentification": {"firstName": text, "nicknames": text},
        "subjectDescription": {"ethnicities": [{"name": text}]},
        "sighting": {"date": "2021-02-27", "city": text, "countyDisplayName": text, "state": text},
        "physicalFeatureDescriptions": [{"physicalFeature": {"name": text}, "description": text}],
        "investigatingAgencies": [{"name": text, "caseNumber": text}],
        "circumstances": {"circumstancesOfDisappearance": text},
    }
    return read_namus_case("namus", "MP970001", json.dumps(document).encode(), base_url="https://namus.example")


def fbi(text: str) -> Case:
    document = {
        "uid": "aa01",
        "title": text,
        "aliases": [text],
        "field_offices": [text],
        "description": f"February 27, 2021\nNowhere{text}",
        "images": [{"original": "https://www.fbi.example/1", "caption": f"{text}&#10;&#8238;"}],
        "hair": text,
        "remarks": f"{text}&#10;&#8238;",
    }
    return read_fbi_case("fbi", "aa01", json.dumps(document).encode())


def interpol(text: str) -> Case:
    notice = {"entity_id": "2099/70001", "forename": text, "name": text, "place": text, "distinguishing_marks": text}
    document = json.dumps({"notice": {**notice, "hairs_id": [text]}}).encode()
    return read_interpol_case("interpol", "2099-70001", document, case_type=CaseType.MISSING)


def ncmec(text: str) -> Case:
    child = {"orgPrefix": "NCMC", "caseNumber": "9970102", "seqNumber": 1, "firstName": text, "missingCity": text}
    child |= {"missingCounty": text, "altContact": text, "circumstance": f"{text}&#10;"}
    return read_ncmec_case("ncmec", "NCMC9970102-1", json.dumps({"childBean": child}).encode())


def folder(text: str) -> Case:
    columns = (
        "given_name",
        "aliases",
        "last_seen_city",
        "last_seen_county",
        "hair",
        "marks",
        "clothing",
        "agency_name",
    )
    case, problems = read_row({"case_id": "A", **dict.fromkeys(columns, text)}, source="folder")
    assert case, problems
    return case


def texts_of(value: Any, name: str = "") -> list[str]:
    if isinstance(value, dict):
        return [text for key, each in value.items() for text in texts_of(each, key)]
    if isinstance(value, list | tuple):
        return [text for each in value for text in texts_of(each, name)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("read", [namus, fbi, interpol, ncmec, folder])
def test_every_text_of_a_source_is_one_visible_line(read: Callable[[str], Case]) -> None:
    texts = texts_of(msgspec.to_builtins(read(FORGED)))
    assert any("evil.example" in text for text in texts)
    assert [text for text in texts if text != single_line(text)] == []


@pytest.mark.parametrize("read", [namus, fbi, interpol, ncmec, folder])
def test_text_that_nobody_sees_is_no_text(read: Callable[[str], Case]) -> None:
    case = read("\u200b\u202e\r\n\x1b[2J")
    assert case.name is None
    assert [text for text in texts_of(msgspec.to_builtins(case)) if not text] == []


def test_unseen_characters_do_not_hide_a_known_value() -> None:
    cells = {
        "case_id": "A\u200b",
        "sex": "male\u200e",
        "birth_date": "\u200e1990-04-14\u200f",
        "height_cm": "1\u00ad70",
    }
    case, problems = read_row(cells, source="folder")
    assert (case and case.source_id, case and case.sex, problems) == ("A", "male", [])
    assert namus("unknown\u200b").name is None


def test_narrative_of_a_list_keeps_its_paragraphs() -> None:
    case, _ = read_row({"case_id": "A", "narrative": "She left.\r\n\r\nShe wore\u202e red."}, source="folder")
    assert case is not None
    assert case.narrative == "She left.\n\nShe wore red."


def test_stored_case_of_an_older_version_is_cleaned_when_read() -> None:
    stored = {"case_id": "own:1", "source": "own", "source_id": "1", "names": [{"given": FORGED}], "marks": [FORGED]}
    case = msgspec.json.decode(json.dumps(stored), type=Case)
    assert (case.name, case.marks) == (CLEAN, (CLEAN,))
    assert msgspec.structs.replace(case, last_seen=LastSeen(city=FORGED)).last_seen.place == CLEAN
    assert str(Name(given=FORGED)) == CLEAN


def test_name_of_a_photo_file_stays_exact() -> None:
    """macOS writes U+202F into the names of screenshots."""
    name = "Screenshot 9.41\u202fAM.png"
    case, problems = read_row({"case_id": "A", "photos": name}, source="folder", find_file=lambda file: file)
    assert case is not None, problems
    assert [photo.url for photo in case.photos] == [f"photos/{name}"]
    assert SourcePhoto(photo_id="1", url=name).url == name
