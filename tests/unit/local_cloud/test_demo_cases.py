"""The demo's cases: the folder's content, and what the face engine finds in each picture."""

from __future__ import annotations

import json
import re
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from lambdas.cases.case import Case, CaseStatus, PhotoKind
from lambdas.ingest.sources.namus.document import read_namus_case
from local_cloud.demo_cases import DemoCases, add_own_photo, write_demo_documents
from local_cloud.errors import CloudError
from local_cloud.rekognition.engine.distinct_faces import distinct_faces
from local_cloud.rekognition.engine.face_engine import Face, FaceEngine
from local_cloud.rekognition.engine.images import decode
from local_cloud.rekognition.engine.quality_filter import reasons_against
from local_cloud.rekognition.engine.similarity import Vector, similarities

if TYPE_CHECKING:
    from pathlib import Path


class Written:
    """A folder of demo cases, parsed by the product's code."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cases: DemoCases = write_demo_documents(folder, distinct_faces())
        self.documents = {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}

    def read(self, source_id: str) -> Case:
        return read_namus_case("namus", source_id, json.dumps(self.documents[source_id]).encode(), base_url="http://x")

    def all(self) -> list[Case]:
        return [self.read(source_id) for source_id in self.documents]

    def pictures(self, case: Case) -> list[Path]:
        return [self.folder / "images" / f"{photo.photo_id}.jpg" for photo in case.photos]

    def one(self, text: str) -> Case:
        """Find the case whose narrative contains a text."""
        (case,) = [case for case in self.all() if text in (case.narrative or "")]
        return case


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written(tmp_path_factory.mktemp("documents"))


@pytest.fixture(scope="module")
def engine() -> FaceEngine:
    return FaceEngine()


def faces(engine: FaceEngine, path: Path) -> list[Face]:
    return engine.detect(decode(path.read_bytes()))


def vector(engine: FaceEngine, path: Path) -> Vector:
    picture = decode(path.read_bytes())
    return engine.embed(picture, max(engine.detect(picture), key=lambda face: face.box.width * face.box.height))


def names_in(value: Any) -> set[str]:
    """Collect the names of members, at any depth."""
    if isinstance(value, dict):
        return set(value) | set(chain.from_iterable(names_in(member) for member in value.values()))
    return set(chain.from_iterable(names_in(entry) for entry in value)) if isinstance(value, list) else set()


def test_there_are_16_or_more_distinct_cases_in_both_shapes(written: Written) -> None:
    cases = written.all()
    assert written.cases.case_count == len(cases) >= 16
    assert len({str(case.names[0]) for case in cases}) == len(cases)
    shapes = {"address" in document["sighting"] for document in written.documents.values()}
    assert shapes == {True, False}


def test_every_case_has_the_data_of_an_alert(written: Written) -> None:
    for case in written.all():
        assert str(case.names[0]).count(" ") == 1
        assert case.sex in {"male", "female"}
        assert case.age_when_missing
        assert case.last_seen.date
        assert case.last_seen.city
        assert case.last_seen.region
        assert re.fullmatch(r"\+1\d{3}55501\d\d", case.agencies[0].phone or "")
        assert re.fullmatch(r"MP9\d{5}", case.source_id)


def test_documents_in_shape_a_have_no_members_of_shape_b(written: Written) -> None:
    old = [document for document in written.documents.values() if "state" in document["sighting"]]
    later = {"address", "selection", "primaryInvestigatingAgency", "primaryEthnicity", "storageKey"}
    assert len(old) >= 3
    assert not any(later & names_in(document) for document in old)
    assert {image["category"]["name"] for document in old for image in document["images"]} == {"FacialCaseId"}


def test_every_picture_exists_in_the_stated_size(written: Written) -> None:
    on_disk = {path.name for path in (written.folder / "images").iterdir()}
    listed = [
        (photo, path) for case in written.all() for photo, path in zip(case.photos, written.pictures(case), strict=True)
    ]
    assert {path.name for _, path in listed} == on_disk
    sizes = {
        str(image["identityId"]): (image["files"]["original"]["width"], image["files"]["original"]["height"])
        for document in written.documents.values()
        for image in document["images"]
    }
    for photo, path in listed:
        with Image.open(path) as picture:
            assert picture.size == sizes[photo.photo_id]


def test_the_sex_is_that_of_the_headshots_folder(written: Written) -> None:
    """The picture, shrunk again, is nearest to a headshot of the same sex."""

    def small(path: Path) -> Any:
        with Image.open(path) as picture:
            return np.asarray(picture.convert("RGB").resize((32, 32)), float)

    headshots = [(path.parent.name, small(path)) for path in distinct_faces()]
    special = ("picture is of the hill", "invented cousin")
    plain = [case for case in written.all() if case.photos and not any(text in str(case.narrative) for text in special)]
    assert len(plain) >= 14
    for case in plain:
        picture = small(written.pictures(case)[0])
        sex, difference = min(
            ((sex, abs(image - picture).mean()) for sex, image in headshots), key=lambda pair: pair[1]
        )
        assert difference < 5
        assert sex == case.sex, case.source_id


def test_every_portrait_has_one_face_of_good_quality(written: Written, engine: FaceEngine) -> None:
    odd = {written.one("picture is of the hill").case_id, written.one("invented cousin").case_id}
    for case in written.all():
        for path in written.pictures(case) if case.case_id not in odd else []:
            (face,) = faces(engine, path)
            assert not reasons_against(face, "AUTO"), path


def test_special_cases_have_their_special_pictures(written: Written, engine: FaceEngine) -> None:
    assert [case.status for case in written.all()].count(CaseStatus.RESOLVED) == 1
    assert [len(case.photos) for case in written.all()].count(0) == 1

    twice = next(case for case in written.all() if [photo.kind for photo in case.photos] == [PhotoKind.PORTRAIT] * 2)
    first, second = written.pictures(twice)
    assert similarities(vector(engine, first), vector(engine, second)[None])[0] > 95

    (landscape,) = written.one("picture is of the hill").photos
    assert landscape.kind is PhotoKind.PORTRAIT
    assert faces(engine, written.folder / "images" / f"{landscape.photo_id}.jpg") == []

    (both,) = written.pictures(written.one("invented cousin"))
    smaller, larger = sorted(face.box.width * face.box.height for face in faces(engine, both))
    assert smaller / larger > 0.8


def test_the_child_has_a_photo_and_an_age_progression(written: Written, engine: FaceEngine) -> None:
    (child,) = [case for case in written.all() if case.age_when_missing and (case.age_when_missing.max or 99) < 18]
    assert [photo.kind for photo in child.photos] == [PhotoKind.PORTRAIT, PhotoKind.AGE_PROGRESSION]
    photo, progression = written.pictures(child)
    assert photo.read_bytes() != progression.read_bytes()
    assert similarities(vector(engine, photo), vector(engine, progression)[None])[0] > 80


def test_the_gallery_has_the_missing_person_but_no_bystander(written: Written, engine: FaceEngine) -> None:
    cases = {case.case_id: written.pictures(case) for case in written.all() if case.status is CaseStatus.OPEN}
    owners = [case_id for case_id, paths in cases.items() for path in paths if faces(engine, path)]
    gallery = np.stack([vector(engine, path) for paths in cases.values() for path in paths if faces(engine, path)])
    missing = similarities(vector(engine, written.cases.missing_still), gallery)
    assert owners[int(missing.argmax())] == written.cases.missing_case_id
    runner_up, best = np.sort(missing)[-2:]
    assert best > 99
    assert runner_up < 50
    assert len(written.cases.bystander_stills) >= 3
    for still in written.cases.bystander_stills:
        assert similarities(vector(engine, still), gallery).max() < 60, still


def test_writing_again_replaces_documents_and_pictures_only(tmp_path: Path) -> None:
    write_demo_documents(tmp_path, distinct_faces())
    before = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.*")}
    (tmp_path / "MP999999.json").write_text("{}")
    (tmp_path / "images" / "1.png").write_text("left over")
    (tmp_path / "notes.txt").write_text("mine")
    write_demo_documents(tmp_path, distinct_faces())
    after = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.*")}
    assert {str(path) for path in after.keys() - before.keys()} == {"notes.txt"}
    assert {path: after[path] for path in before} == before


def test_a_missing_headshot_is_replaced_by_the_same_sex(tmp_path: Path) -> None:
    others = [path for path in distinct_faces() if path.name not in {"13.jpg", "10.jpg"}]
    cases = write_demo_documents(tmp_path, others)
    assert cases.missing_still.parent.name == "male"
    assert cases.missing_still in others
    assert not set(cases.bystander_stills) & {cases.missing_still}


def test_too_few_headshots_are_an_error_before_any_deletion(tmp_path: Path) -> None:
    (tmp_path / "MP900001.json").write_text("{}")
    with pytest.raises(CloudError, match=r"too few female headshots.*make setup"):
        write_demo_documents(tmp_path, [path for path in distinct_faces() if path.parent.name == "male"])
    with pytest.raises(CloudError, match=r"too few headshots for the demo's bystanders"):
        write_demo_documents(tmp_path, exactly_enough())
    assert (tmp_path / "MP900001.json").exists()


def exactly_enough() -> list[Path]:
    """List one headshot of each sex more than the cases need."""
    men = [path for path in distinct_faces() if path.parent.name == "male"]
    women = [path for path in distinct_faces() if path.parent.name == "female"]
    return men[: 9 + 1] + women[: 8 + 1]


def test_an_own_photo_becomes_a_case_and_is_upright(tmp_path: Path) -> None:
    write_demo_documents(tmp_path, distinct_faces())
    sideways = Image.new("RGB", (600, 400), "navy")
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate by 90 degrees to view
    sideways.save(tmp_path / "me.jpg", exif=exif)
    assert add_own_photo(tmp_path, tmp_path / "me.jpg", name="Ada Q Ownphoto") == "namus:MP990001"
    assert add_own_photo(tmp_path, tmp_path / "me.jpg") == "namus:MP990002"
    document = (tmp_path / "MP990001.json").read_bytes()
    case = read_namus_case("namus", "MP990001", document, base_url="http://x")
    assert str(case.names[0]) == "Ada Q Ownphoto"
    (photo,) = case.photos
    original = json.loads(document)["images"][0]["files"]["original"]
    with Image.open(tmp_path / "images" / f"{photo.photo_id}.jpg") as stored:
        assert stored.size == (original["width"], original["height"]) == (400, 600)


@pytest.mark.parametrize("content", [b"This is no picture.", b"", None, b"half"])
def test_an_unreadable_picture_is_a_one_line_error(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "me.jpg"
    if content == b"half":
        Image.effect_noise((300, 300), 90).save(path)
        content = path.read_bytes()[:5000]
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(
        CloudError, match=r"me.jpg is not a readable picture. Give a complete JPEG or PNG file"
    ) as raised:
        add_own_photo(tmp_path, path)
    assert "\n" not in str(raised.value)
    assert list(tmp_path.glob("*.json")) == []


def test_a_missing_picture_is_named(tmp_path: Path) -> None:
    with pytest.raises(CloudError, match=r"There is no picture .*you.jpg"):
        add_own_photo(tmp_path, tmp_path / "you.jpg")
