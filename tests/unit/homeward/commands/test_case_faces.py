"""`homeward case faces`: list photos with several faces, draw them, and choose the missing person's."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from homeward.deployment.outputs import connect
from lambdas.cases.case import SourcePhoto
from lambdas.common.photos import prepare_photo
from lambdas.ingest.gallery.wiring import open_gallery, open_photos
from tests.unit.homeward.commands.conftest import CASE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.town import Town

KEY = "photos/namus/MP1/group.jpg"


@pytest.fixture
def group(filled: Town) -> Town:
    """The case with a third photo, which shows two faces."""
    gallery, encoded = open_gallery(connect("town-dev")), io.BytesIO()
    Image.new("RGB", (400, 300), (90, 120, 150)).save(encoded, "PNG")
    filled.rekognition.found[KEY] = [(0.3, 0.4), (0.29, 0.4)]
    gallery.put_photo(CASE, SourcePhoto(photo_id="group", url="x"), prepare_photo(encoded.getvalue()))
    open_photos(connect("town-dev")).reconcile(KEY)
    return filled


def listed(town: Town, *arguments: str) -> dict[str, Any]:
    [photo] = json.loads(town.run("case", "faces", CASE, "--json", *arguments).stdout)
    return dict(photo)


def test_faces_lists_the_photo_and_draws_it(group: Town, tmp_path: Path) -> None:
    photo = listed(group)
    assert (photo["photo_id"], photo["face_status"], photo["reason"]) == ("group", "no_face", "SEVERAL_FACES")
    assert [face["number"] for face in photo["faces"]] == [1, 2]
    text = group.run("case", "faces", CASE, "--sheet", str(tmp_path / "faces.jpg")).stdout
    assert "SEVERAL_FACES" in text
    assert Image.open(tmp_path / "faces.jpg").size == (800, 600 + 36 + 12)


def test_a_chosen_face_is_enrolled_and_named(group: Town) -> None:
    photo = listed(group, "--photo", "group", "--face", "2", "--by", "Ada")
    assert (photo["face_status"], photo["reason"]) == ("indexed", "CHOSEN_BY_A_PERSON")
    assert (photo["chosen"], photo["chosen_by"]) == (2, "Ada")
    assert group.rekognition.external_ids() == [f"{CASE}:a", f"{CASE}:group"]
    photo = listed(group, "--photo", "group", "--none", "--by", "Ada")
    assert (photo["face_status"], photo["reason"], photo["chosen"]) == ("no_face", "NOT_SHOWN", 0)
    assert group.rekognition.external_ids() == [f"{CASE}:a"]
    assert group.run("gallery", "verify").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--photo", "group", "--face", "2"), 2, "give --photo, --by, and either --face or --none"),
        (("--photo", "group", "--face", "2", "--none", "--by", "Ada"), 2, "either --face or --none"),
        (("--face", "2", "--by", "Ada"), 2, "give --photo"),
        (("--photo", "group", "--face", "3", "--by", "Ada"), 2, "photo group has faces 1 to 2, not 3"),
        (
            ("--photo", "a", "--face", "1", "--by", "Ada"),
            3,
            "has no photo a with several faces; those that have: group",
        ),
    ],
)
def test_wrong_choices_are_refused(group: Town, arguments: tuple[str, ...], code: int, message: str) -> None:
    result = group.run("case", "faces", CASE, *arguments)
    assert (result.exit_code, message in result.stderr) == (code, True)
    assert group.rekognition.external_ids() == [f"{CASE}:a"]


def test_a_photo_held_by_an_earlier_version_gets_its_faces(group: Town) -> None:
    dynamodb = connect("town-dev").client("dynamodb")
    key = {"case_id": {"S": CASE}, "record": {"S": "photo#group"}}
    dynamodb.update_item(TableName="cases", Key=key, UpdateExpression="REMOVE several")
    assert len(listed(group)["faces"]) == 2


def test_held_photos_are_counted_where_an_operator_looks(group: Town) -> None:
    stats = json.loads(group.run("gallery", "stats", "--json").stdout)
    assert (stats["held"], stats["held_by_case"]) == (1, {CASE: 1})
    assert group.run("case", "faces", "namus:MP404").exit_code == 3
