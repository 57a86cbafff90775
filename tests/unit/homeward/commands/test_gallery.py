from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.ingest.gallery.rebuild import RebuildError
from tests.support.memory_rekognition import client_error
from tests.unit.homeward.commands.conftest import KEYS

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from tests.support.town import Town


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
        assert (code, output.startswith(f"{KEYS[0]}: faces has 0 faces of the photo")) == (4, True)
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
