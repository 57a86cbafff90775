from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from homeward.cli import app
from homeward.deployment.outputs import connect
from lambdas.cases.case import CaseStatus
from lambdas.cases.table import read_case, read_status
from lambdas.ingest.gallery.wiring import open_photos
from lambdas.ingest.sources.agency_folder.cells import COLUMNS
from tests.support.tiff import tiff
from tests.unit.pictures.bombs import webp

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from tests.support.town import Town

JSON_IMPORT = ("import", "--json", "--wait", "0")
HEADER = "case_id,given_name,height_cm,photos"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "ours"
    (made / "photos").mkdir(parents=True)
    encoded = io.BytesIO()
    Image.new("RGB", (200, 240), (90, 120, 150)).save(encoded, "JPEG")
    (made / "photos" / "front.jpg").write_bytes(encoded.getvalue())
    (made / "cases.csv").write_text(f"{HEADER}\nA-1,Marlowe,170,front.jpg\nA-2,Quentin,165-175,\n")
    return made


def run(town: Town, folder: Path, *options: str) -> tuple[int, str]:
    result = town.run("import", str(folder), "--agency-file", str(town.agency_file), "--wait", "0", *options)
    return result.exit_code, result.output


def test_import_stores_the_cases(town: Town, folder: Path, dynamodb: DynamoDBClient) -> None:
    code, output = run(town, folder)
    assert code == 0, output
    assert "folder: 2 listed; 2 stored; 0 closed" in output
    stored = read_case(dynamodb, table="cases", case_id="folder:A-1")
    assert stored is not None
    assert str(stored.case.names[0]) == "Marlowe"


def test_scan_is_stored_with_its_tones_and_a_bomb_is_not(
    town: Town, folder: Path, s3: S3Client, dynamodb: DynamoDBClient
) -> None:
    ramp = np.linspace(0, 65_535, 200).astype(np.uint16).repeat(240).reshape(200, 240)
    (folder / "photos" / "scan.tif").write_bytes(tiff(ramp, order=">"))
    (folder / "photos" / "bomb.webp").write_bytes(webp(16_383))
    (folder / "cases.csv").write_text(f"{HEADER}\nA-1,Marlowe,170,scan.tif;bomb.webp\nA-2,Quentin,170,front.jpg\n")
    code, output = run(town, folder)
    assert code == 0, output
    [scan] = [each for each in s3.list_objects_v2(Bucket="gallery")["Contents"] if "/A-1/" in each["Key"]]
    stored = np.asarray(Image.open(io.BytesIO(s3.get_object(Bucket="gallery", Key=scan["Key"])["Body"].read())), float)
    assert stored.mean(axis=(1, 2)) == pytest.approx(np.linspace(0, 255, 200), abs=4)
    records = dynamodb.scan(TableName="cases")["Items"]
    reasons = [record["reason"]["S"] for record in records if "reason" in record]
    assert [reason[:60] for reason in reasons] == ["too large: to decode its 16383x16383 px takes 4,294 MB; the "]


def test_case_is_removed_when_its_row_is_gone(town: Town, folder: Path, dynamodb: DynamoDBClient) -> None:
    run(town, folder)
    (folder / "cases.csv").write_text(f"{HEADER}\nA-2,Quentin,165-175,\n")
    planned = json.loads(run(town, folder, "--dry-run", "--json")[1])
    assert (planned["to_fetch"], planned["vanished"]) == ([], ["folder:A-1"])
    assert read_status(dynamodb, table="cases", case_id="folder:A-1") is CaseStatus.OPEN
    assert "1 closed" in run(town, folder)[1]
    assert read_status(dynamodb, table="cases", case_id="folder:A-1") is CaseStatus.REMOVED


def test_errors_are_listed_by_line_and_nothing_is_imported(town: Town, folder: Path, dynamodb: DynamoDBClient) -> None:
    (folder / "cases.csv").write_text(
        f"{HEADER}\nA-1,Marlowe,170,front.jpg\nA-1,Marlowe,9999,front.jpg\n,Nameless,,\nA-3,Zoe,,missing.jpg\n"
    )
    code, output = run(town, folder)
    assert code == 1
    lines = output.splitlines()
    assert [line.split(":")[0] for line in lines[:4]] == ["cases.csv line 3"] * 2 + [
        "cases.csv line 4",
        "cases.csv line 5",
    ]
    assert "height_cm is 9999" in output
    assert "4 errors in" in lines[-1]
    assert read_case(dynamodb, table="cases", case_id="folder:A-1") is None


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ('A-1,Marlowe,170,front.jpg\nA-2,"Quentin,170,\nA-3,"Zoe,170,\n', "cases.csv line 3: a cell that begins with"),
        ('A-1,"Marlowe,170,front.jpg\n' + "A-2,Quentin,170,\n" * 9_000, "cases.csv line 2: a cell that begins with"),
    ],
)
def test_broken_quotation_is_one_line_and_nothing_is_imported(
    town: Town, folder: Path, dynamodb: DynamoDBClient, rows: str, line: str
) -> None:
    (folder / "cases.csv").write_text(f"{HEADER}\n{rows}")
    code, output = run(town, folder)
    assert (code, len(output.splitlines())) == (1, 2)
    assert output.startswith(line)
    assert read_case(dynamodb, table="cases", case_id="folder:A-1") is None


def test_foreign_number_stays_foreign_and_a_bad_one_refuses_nothing(town: Town, folder: Path) -> None:
    rows = "A-1,Oslo politi,+47 22 34 56 78\nA-2,Springfield Police,ask at the desk\n"
    (folder / "cases.csv").write_text(f"case_id,agency_name,agency_phone\n{rows}")
    assert run(town, folder)[0] == 0
    assert "Oslo politi +4722345678" in town.run("case", "show", "folder:A-1").output
    assert "Springfield Police ask at the desk" in town.run("case", "show", "folder:A-2").output


def test_childs_photo_with_a_larger_face_is_held_and_reported(town: Town, folder: Path) -> None:
    def write(narrative: str) -> None:
        (folder / "cases.csv").write_text(
            f"case_id,birth_date,narrative,photos\nA-1,2018-05,{narrative},front.jpg\nA-2,1980,{narrative},front.jpg\n"
        )

    write("first")
    assert "2 photos are not indexed yet" in run(town, folder)[1]
    for case in ("A-1", "A-2"):
        town.rekognition.found[f"photos/folder/{case}/front.jpg"] = [(0.5, 0.5), (0.3, 0.3)]
        open_photos(connect("town-dev")).reconcile(f"photos/folder/{case}/front.jpg")
    assert town.rekognition.external_ids() == ["folder:A-2:front"]
    write("second")
    code, output = run(town, folder)
    held = "CHILD_WITH_OTHER_FACES: held: a child beside other faces; choose the face with: homeward case faces CASE"
    assert code == 0
    assert f"folder:A-1 photo front was not enrolled: {held}" in output
    assert "A-2 photo" not in output
    write("third")
    reported = json.loads(town.run(*JSON_IMPORT, str(folder), "--agency-file", str(town.agency_file)).stdout)
    assert [photo["case_id"] for photo in reported["photos"]["without_face"]] == ["folder:A-1"]
    assert held in " ".join(town.run("case", "show", "folder:A-1").output.split())
    assert json.loads(town.run("gallery", "stats", "--json").stdout)["held"] == 1


def test_missing_folder_or_list_is_reported_in_one_line(town: Town, folder: Path) -> None:
    code, output = run(town, folder / "elsewhere")
    assert (code, output.strip()) == (1, f"homeward: there is no folder {folder / 'elsewhere'}")
    (folder / "cases.csv").unlink()
    assert run(town, folder)[1].strip() == "homeward: the folder has neither cases.csv nor cases.jsonl"


def test_folder_other_than_the_scheduled_one_is_refused(town: Town, folder: Path) -> None:
    scheduled = '[sources.folder]\nenabled = true\nfolder = "s3://agency-cases/all"\n'
    town.agency_file.write_text(town.agency_file.read_text() + scheduled)
    code, output = run(town, folder)
    assert code == 5
    assert "s3://agency-cases/all" in output


def test_template_has_all_columns_and_overwrites_nothing(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    written = CliRunner().invoke(app, ["import", "--template", str(file)])
    assert written.exit_code == 0
    assert file.read_text().splitlines()[0].split(",") == list(COLUMNS)
    assert CliRunner().invoke(app, ["import", "--template", str(file)]).exit_code == 1
    assert CliRunner().invoke(app, ["import", "--template", "-"]).output.splitlines()[0] == ",".join(COLUMNS)
