"""Tests of an agency's folder: its template, the validation of rows, and its photos."""

from __future__ import annotations

import csv
import io
import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.cases.case import CaseStatus, LastSeen, Name, Period, PhotoKind, Range
from lambdas.common.keys import photo_key, photo_of_key
from lambdas.downloads.errors import GoneError, RefusedError, TooLargeError
from lambdas.ingest.sources.agency_folder.cases import AgencyFolder
from lambdas.ingest.sources.agency_folder.cells import COLUMNS
from lambdas.ingest.sources.agency_folder.files import LocalFolder, S3Folder, open_folder
from lambdas.ingest.sources.agency_folder.list_file import template
from lambdas.ingest.sources.agency_folder.row import read_row
from lambdas.ingest.sources.protocol import DocumentError, UnreadableListingError

if TYPE_CHECKING:
    from pathlib import Path

ROW = {
    "case_id": "SPD-2026-0042", "given_name": "Imogen", "family_name": "Notaperson", "aliases": "Immy; Gen",
    "sex": "Female", "birth_date": "1990-04", "age_when_missing": "34-35", "last_seen_date": "2025-02-27",
    "last_seen_city": "Springfield",
    "last_seen_region": "Oregon", "last_seen_country": "US", "height_cm": "165-170", "weight_kg": "60", "eyes": "Green",
    "agency_name": "Springfield Police", "agency_phone": "(503) 555-0142", "photos": "imogen 1.jpg; sketch.png|artist",
}  # fmt: skip


def write(folder: Path, *rows: dict[str, str], name: str = "cases.csv") -> AgencyFolder:
    (folder / "photos").mkdir(exist_ok=True)
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(COLUMNS))
        writer.writeheader()
        writer.writerows(rows)
    for photo in ("imogen 1.jpg", "sketch.png"):
        (folder / "photos" / photo).write_bytes(b"picture")
    return AgencyFolder(LocalFolder(folder))


def test_complete_row_becomes_a_case() -> None:
    case, problems = read_row(ROW, source="folder")
    assert problems == []
    assert case is not None
    assert case.case_id == "folder:SPD-2026-0042"
    assert case.names[0] == Name(given="Imogen", family="Notaperson")
    assert [str(name) for name in case.names[1:]] == ["Immy", "Gen"]
    assert case.birth == Period(first="1990-04", last="1990-04", precision="month")
    assert case.last_seen == LastSeen(
        date="2025-02-27", precision="day", city="Springfield", region="Oregon", country="US"
    )
    assert (case.sex, case.age_when_missing, case.weight_kg) == ("female", Range(min=34, max=35), Range(min=60, max=60))
    assert (case.agencies[0].phone, case.agencies[0].phone_raw) == ("+15035550142", "(503) 555-0142")
    assert [(photo.photo_id, photo.kind) for photo in case.photos] == [
        ("imogen_1", PhotoKind.PORTRAIT),
        ("sketch", PhotoKind.ARTIST),
    ]


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("case_id", "", "case_id is empty"),
        ("case_id", "a/b", "case_id is 'a/b'; expected the agency's own number"),
        ("status", "closed", "status is 'closed', not one of open, resolved"),
        ("sex", "X", "sex is 'X', not one of male, female"),
        ("birth_date", "04/1990", "birth_date is '04/1990'; expected YYYY-MM-DD"),
        ("birth_date", "1990-02-31", "birth_date is '1990-02-31'"),
        ("last_seen_date", "2099-01-01", "last_seen_date is 2099-01-01, which is in the future"),
        ("age_when_missing", "35-34", "the lower one first"),
        ("height_cm", "5'12", "expected 170, or 165-175"),
        ("weight_kg", "9000", "expected 1 to 700"),
        ("last_seen_country", "Oregon", "expected two letters"),
        ("narrative", "x" * 5_001, "narrative has 5,001 characters"),
        ("photos", "a.jpg|mugshot", "'mugshot' of a.jpg; expected one of portrait"),
        ("photos", "a.jpg;a.jpg", "names 'a.jpg' twice"),
        ("photos", "Jos\u00e9.jpg;Jose\u0301.jpg", "names 'Jose\u0301.jpg' twice"),
        ("surname", "x", "column 'surname' is not in the template"),
    ],
)
def test_each_fault_is_reported(column: str, value: str, problem: str) -> None:
    case, problems = read_row(ROW | {column: value}, source="folder")
    assert case is None
    assert len(problems) == 1
    assert problem in problems[0]


def test_validation_reports_each_bad_row_with_its_line(tmp_path: Path) -> None:
    bad = ROW | {"case_id": "B", "narrative": "two\nlines", "sex": "x", "height_cm": "tall"}
    missing_photo = ROW | {"case_id": "C", "photos": "nobody.jpg; ../../etc/passwd"}
    folder = write(tmp_path, ROW, bad, missing_photo, ROW)
    assert [str(problem) for problem in folder.problems()] == [
        "cases.csv line 3: sex is 'x', not one of male, female",
        "cases.csv line 3: height_cm is 'tall'; expected 170, or 165-175, or 5'6\"",
        "cases.csv line 5: photos names photos/nobody.jpg, which does not exist",
        "cases.csv line 5: photos names photos/../../etc/passwd, which does not exist",
        "cases.csv line 6: case_id SPD-2026-0042 is in line 2 already",
    ]


def test_row_with_too_many_cells_is_reported(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text("case_id,sex\n\nA,male,1.80\nB\n")
    folder = AgencyFolder(LocalFolder(tmp_path))
    assert [str(problem) for problem in folder.problems()] == [
        "cases.csv line 3: has 3 cells, but the header has 2 columns"
    ]
    listing = folder.list_cases()
    assert next(listing).source_id == "B"
    with pytest.raises(UnreadableListingError, match="line 3"):
        next(listing)


def test_template_has_a_header_and_explains_each_column() -> None:
    header, explanation = csv.reader(io.StringIO(template()))
    assert header == list(COLUMNS)
    assert all(explanation)


def test_json_lines_are_read_like_csv(tmp_path: Path) -> None:
    good = ROW | {"weight_kg": 60, "narrative": None, "photos": ["imogen 1.jpg", "sketch.png|artist"]}
    folder = write(tmp_path, ROW)
    (tmp_path / "cases.csv").unlink()
    (tmp_path / "cases.jsonl").write_text(json.dumps(good) + "\n\n{broken\n[1]\n")
    assert [problem.line for problem in folder.problems()] == [3, 4]
    listed = next(folder.list_cases())
    assert folder.read(listed.source_id, folder.fetch_document(listed.source_id)).weight_kg == Range(min=60, max=60)


def test_marker_changes_with_the_row_and_with_a_picture(tmp_path: Path) -> None:
    def marker() -> str | None:
        [listed] = AgencyFolder(LocalFolder(tmp_path)).list_cases()
        return listed.modified

    write(tmp_path, ROW)
    os.utime(tmp_path / "photos" / "sketch.png", ns=(1, 1))
    before = marker()
    assert marker() == before
    (tmp_path / "photos" / "sketch.png").write_bytes(b"another picture")
    with_new_picture = marker()
    write(tmp_path, ROW | {"narrative": "more"})
    os.utime(tmp_path / "photos" / "sketch.png", ns=(1, 1))
    assert len({before, with_new_picture, marker()}) == 3


def test_faulty_row_is_listed_and_not_removed(tmp_path: Path) -> None:
    folder = write(tmp_path, ROW | {"sex": "x"})
    [listed] = folder.list_cases()
    with pytest.raises(DocumentError, match="sex is 'x'"):
        folder.read(listed.source_id, folder.fetch_document(listed.source_id))


def test_row_can_resolve_its_case(tmp_path: Path) -> None:
    folder = write(tmp_path, ROW | {"status": "resolved"})
    case = folder.read("SPD-2026-0042", folder.fetch_document("SPD-2026-0042"))
    assert case.status is CaseStatus.RESOLVED
    with pytest.raises(GoneError):
        folder.fetch_document("other")


@pytest.mark.parametrize("content", [b"", b"case_id,sex\n", b"\xff\xfecase_id"])
def test_empty_or_unreadable_list_raises(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cases.csv").write_bytes(content)
    with pytest.raises(UnreadableListingError):
        list(AgencyFolder(LocalFolder(tmp_path)).list_cases())
    with pytest.raises(UnreadableListingError, match=r"neither cases\.csv nor cases\.jsonl"):
        list(AgencyFolder(LocalFolder(tmp_path / "photos")).list_cases())


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/../../b", "", "a\\b", "x\x00"])
def test_file_name_cannot_leave_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(RefusedError):
        LocalFolder(tmp_path).read(name, max_bytes=10)


def test_symbolic_link_cannot_leave_the_folder(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "inside" / "photo.jpg").symlink_to(tmp_path / "secret")
    with pytest.raises(RefusedError):
        LocalFolder(tmp_path / "inside").read("photo.jpg", max_bytes=10)


COMPOSED, DECOMPOSED = "Jos\u00e9.jpg", "Jose\u0301.jpg"


def put(folder: Any, *names: str, photos: str) -> AgencyFolder:
    """Fill a folder on the disk, or a prefix of the bucket if `folder` is an S3 client."""
    contents = {"cases.csv": f'case_id,photos\nA,"{photos}"\n'.encode(), **{f"photos/{name}": b"x" for name in names}}
    for name, content in contents.items():
        if hasattr(folder, "put_object"):
            folder.put_object(Bucket="gallery", Key=f"import/{name}", Body=content)
        else:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)
    if hasattr(folder, "put_object"):
        return AgencyFolder(S3Folder(folder, "gallery", "import"))
    return AgencyFolder(LocalFolder(folder))


@pytest.mark.parametrize("in_s3", [False, True])
@pytest.mark.parametrize(
    ("names", "photos"),
    [
        ([DECOMPOSED], COMPOSED),
        ([COMPOSED], DECOMPOSED),
        (["Front.JPG"], "front.jpg"),
        (["front.jpg", "front.png"], "front.jpg; front.png|artist"),
        (["front.jpg", "Front.jpg"], "front.jpg; Front.jpg"),
        (["\u738b\u82b3.jpg", "\u674e\u5a1c.jpg"], "\u738b\u82b3.jpg; \u674e\u5a1c.jpg"),
        (["a b.jpg", "a_b.jpg", "a?b.jpg"], "a b.jpg; a_b.jpg; a?b.jpg"),
        ([f"{'x' * 120}1.jpg", f"{'x' * 120}2.jpg"], f"{'x' * 120}1.jpg; {'x' * 120}2.jpg"),
    ],
)
def test_file_names_that_differ_are_read(tmp_path: Path, s3: Any, in_s3: bool, names: list[str], photos: str) -> None:
    folder = put(s3 if in_s3 else tmp_path, *names, photos=photos)
    assert folder.problems() == []
    case = folder.read("A", folder.fetch_document("A"))
    assert len(case.photos) == len(names)
    for photo in case.photos:
        assert folder.fetch_photo(photo) == b"x"
        assert photo_of_key(photo_key(case.case_id, photo.photo_id)) == (case.case_id, photo.photo_id)


def test_two_spellings_of_one_file_are_a_fault(tmp_path: Path) -> None:
    folder = put(tmp_path, "front.jpg", photos="front.jpg; FRONT.jpg")
    [problem] = folder.problems()
    assert "photos names photos/FRONT.jpg, the same file as another photo" in str(problem)


def test_spelling_that_fits_two_files_names_neither(tmp_path: Path) -> None:
    folder = put(tmp_path, "front.jpg", "Front.jpg", photos="FRONT.jpg")
    assert "does not exist" in str(folder.problems()[0])


def test_photo_id_of_a_name_does_not_depend_on_its_unicode_form_or_its_row(tmp_path: Path) -> None:
    def ids(photos: str) -> list[str]:
        case, _ = read_row({"case_id": "A", "photos": photos}, source="folder")
        assert case is not None
        return [photo.photo_id for photo in case.photos]

    assert ids(COMPOSED) == ids(DECOMPOSED)
    assert ids(f"front.jpg; {COMPOSED}") == ["front", *ids(COMPOSED)]
    assert ids("imogen 1.jpg; 2019-05.jpeg; a.b.png") == ["imogen_1", "2019-05", "a_b"]


def test_folder_in_s3_reads_the_same(s3: Any) -> None:
    s3.put_object(Bucket="gallery", Key="import/cases.csv", Body=b"case_id,photos\nA,a.jpg\n")
    s3.put_object(Bucket="gallery", Key="import/photos/a.jpg", Body=b"picture")
    folder = AgencyFolder(open_folder("s3://gallery/import", s3=s3))
    [listed] = folder.list_cases()
    case = folder.read(listed.source_id, folder.fetch_document(listed.source_id))
    assert folder.fetch_photo(case.photos[0]) == b"picture"
    assert folder.problems() == []
    with pytest.raises(TooLargeError):
        S3Folder(s3, "gallery", "import").read("photos/a.jpg", max_bytes=3)
    with pytest.raises(GoneError):
        S3Folder(s3, "gallery", "import").read("photos/b.jpg", max_bytes=3)
