from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from homeward.deployment.outputs import connect
from lambdas.cases.case import Case, CaseStatus, Name, SourcePhoto
from lambdas.cases.table import read_status
from lambdas.common.dynamodb import from_attributes
from lambdas.common.photos import Photo
from lambdas.encounters.encounter import Review
from lambdas.ingest.gallery.rebuild import RebuildError
from lambdas.ingest.gallery.wiring import open_gallery, open_photos
from tests.support.memory_rekognition import client_error
from tests.support.review_desk import Desk

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from tests.unit.homeward.conftest import Town

CASE = "namus:MP1"
KEYS = [f"photos/namus/MP1/{photo}.jpg" for photo in ("a", "b")]


@pytest.fixture
def filled(town: Town) -> Town:
    """An open case with two photos. The second photo has no face."""
    deployment = connect("town-dev")
    gallery, photos = open_gallery(deployment), open_photos(deployment)
    listed = tuple(SourcePhoto(photo_id=photo, url=photo) for photo in ("a", "b"))
    gallery.open_case(
        Case(case_id=CASE, source="namus", source_id="MP1", names=(Name(given="Marlowe"),), photos=listed), b"{}"
    )
    town.rekognition.found[KEYS[1]] = []
    for photo, key in zip(listed, KEYS, strict=True):
        picture = Photo(jpeg=key.encode(), width_px=200, height_px=240, source_format="JPEG", source_sha256=key)
        gallery.put_photo(CASE, photo, picture)
        photos.reconcile(key)
    gallery.finish_case(CASE, content_sha256="1", source_modified="2025")
    return town


def run(town: Town, *arguments: str) -> tuple[int, str]:
    result = town.run(*arguments)
    return result.exit_code, result.output


def test_stats_show_why_a_photo_has_no_face(filled: Town) -> None:
    stats = json.loads(run(filled, "gallery", "stats", "--json")[1])
    assert stats["cases"] == {"namus open": 1}
    assert (stats["with_face"], stats["without_face"], stats["face_share"]) == (1, {"NO_FACE_FOUND": 1}, 0.5)
    assert stats["collections"]["active"] == "faces"
    shown = run(filled, "gallery", "stats")[1]
    assert "photos without a face, NO_FACE_FOUND 1" in " ".join(shown.split())


def test_verify_repairs_only_with_the_option(filled: Town, s3: S3Client) -> None:
    assert run(filled, "gallery", "verify") == (0, "no differences between bucket, table and collections\n")
    filled.rekognition.faces["faces"].clear()
    repair = ("--repair", "--agency-file", str(filled.agency_file))
    for options in ((), (*repair, "--dry-run")):
        code, output = run(filled, "gallery", "verify", *options)
        assert (code, output.startswith(f"{KEYS[0]}: faces has 0 faces of it")) == (4, True)
        assert filled.rekognition.external_ids() == []
    assert run(filled, "gallery", "verify", *repair)[0] == 0
    assert filled.rekognition.external_ids() == ["namus:MP1:a"]


def test_failed_repair_names_the_photo(filled: Town) -> None:
    filled.rekognition.faces["faces"].clear()

    def refuse(operation: str) -> None:
        if operation == "IndexFaces":
            raise client_error("AccessDeniedException", operation)

    filled.rekognition.before = refuse
    code, output = run(filled, "gallery", "verify", "--repair", "--agency-file", str(filled.agency_file))
    assert code == 1
    assert "0 of 1 differences repaired" in output
    assert f"{KEYS[0]} could not be repaired" in output


def rebuild(town: Town, *arguments: str) -> dict[str, Any]:
    result = town.run("gallery", "rebuild", *arguments, "--json", "--agency-file", str(town.agency_file))
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def test_rebuild_step_by_step(filled: Town) -> None:
    assert rebuild(filled, "--dry-run") == {"active": "faces", "building": None, "previous": None}
    assert set(filled.rekognition.faces) == {"faces"}
    building = rebuild(filled, "start")["building"]
    assert filled.rekognition.external_ids(building) == []
    rebuild(filled, "fill")
    assert filled.rekognition.external_ids(building) == ["namus:MP1:a"]
    assert rebuild(filled, "swap") == {"active": building, "building": None, "previous": "faces"}
    assert rebuild(filled, "rollback")["active"] == "faces"
    assert rebuild(filled, "finish") == {"active": "faces", "building": None, "previous": None}
    with pytest.raises(RebuildError, match="no previous collection"):
        rebuild(filled, "rollback")


def test_rebuild_does_not_swap_before_all_photos_are_indexed(filled: Town) -> None:
    def refuse(operation: str) -> None:
        if operation == "IndexFaces":
            raise client_error("AccessDeniedException", operation)

    filled.rekognition.before = refuse
    result = filled.run("gallery", "rebuild", "--agency-file", str(filled.agency_file))
    assert result.exit_code == 1
    assert "2 photos could not be indexed; run the same command again to resume" in result.output
    filled.rekognition.before = lambda _: None
    assert rebuild(filled)["previous"] == "faces"
    assert len(filled.rekognition.faces) == 2, "the second run fills the collection of the first"


def test_close_deletes_faces_photos_and_unreviewed_encounters(
    filled: Town, dynamodb: DynamoDBClient, s3: S3Client
) -> None:
    for review in (Review.OPEN, Review.CONFIRMED):
        Desk(s3, dynamodb, clock=None).add_encounter(f"e-{review.value}", shots=1, case_id=CASE, review=review)
    assert run(filled, "case", "close", CASE, "--dry-run")[1] == (
        f"would close {CASE} (Marlowe), deleting 2 photos, 1 faces\n"
    )
    assert read_status(dynamodb, table="cases", case_id=CASE) is CaseStatus.OPEN
    closed = json.loads(run(filled, "case", "close", CASE, "--json")[1])
    assert (closed["photos"], closed["faces"], closed["unreviewed_encounters"]) == (2, 1, 1)
    assert filled.rekognition.external_ids() == []
    assert "Contents" not in s3.list_objects_v2(Bucket="gallery", Prefix="photos/")
    kept = [item["Key"] for item in s3.list_objects_v2(Bucket="detection")["Contents"]]
    assert kept == ["encounters/e-confirmed/c0.jpg"]
    reviews = sorted(str(from_attributes(item)["review"]) for item in dynamodb.scan(TableName="encounters")["Items"])
    assert reviews == ["confirmed", "withdrawn"]
    assert run(filled, "gallery", "verify")[0] == 0


def test_unknown_case_exits_with_3(filled: Town) -> None:
    assert run(filled, "case", "close", "namus:MP2")[0] == 3
    assert run(filled, "case", "show", "namus:MP2")[0] == 3


def test_list_filters_by_status(filled: Town) -> None:
    listed = json.loads(run(filled, "case", "list", "--status", "open", "--json")[1])
    assert [(row["case_id"], row["name"], row["photos"]) for row in listed] == [(CASE, "Marlowe", 2)]
    assert json.loads(run(filled, "case", "list", "--status", "resolved", "--json")[1]) == []
