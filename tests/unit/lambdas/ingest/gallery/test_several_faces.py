"""Photos with several faces, on the real face engine: enrolled if one is clearly the missing person's, else held."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from lambdas.cases.case import Case, PhotoKind, Range, SourcePhoto
from lambdas.cases.new_faces import Reader, is_due
from lambdas.cases.table import read_photo
from lambdas.common.photos import prepare_photo
from lambdas.ingest.gallery.chosen_face import Choice, choose_face
from lambdas.ingest.gallery.face_collections import FaceCollections
from lambdas.ingest.gallery.index_photo import PhotoIndex, PhotoOutcome
from lambdas.ingest.gallery.rekognition import assess
from lambdas.ingest.gallery.subject import FaceInPhoto, is_clear_subject
from local_cloud.rekognition.engine.distinct_faces import distinct_faces
from local_cloud.rekognition.server import running
from local_cloud.rekognition.service import Service
from tests.support.rekognition_client import client, pixels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_s3 import S3Client

    from lambdas.ingest.gallery.bucket_and_table import Gallery
    from lambdas.ingest.gallery.lease import Leases

CASE = "namus:MP1"
ANN, BEA, CAT = range(3)


def headshot(person: int, px: int) -> np.ndarray[Any, Any]:
    picture = pixels(distinct_faces()[person])
    return cv2.resize(picture, (px, px), interpolation=cv2.INTER_CUBIC)


def photo_of(*people: tuple[int, int]) -> bytes:
    """Draw people side by side, each with the size of the headshot in pixels."""
    tallest = max(px for _, px in people)
    columns = [
        cv2.copyMakeBorder(headshot(person, px), 0, tallest - px, 0, 60, cv2.BORDER_REPLICATE) for person, px in people
    ]
    return bytes(cv2.imencode(".jpg", np.hstack(columns))[1].tobytes())


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running(Service()) as url:
        yield url


@pytest.fixture
def rekognition(server: str, s3: S3Client) -> RekognitionClient:
    """A client of the engine that sends the pictures of moto's S3 as bytes."""

    def send_bytes(params: dict[str, Any], **_: Any) -> dict[str, Any]:
        if place := params.get("Image", {}).get("S3Object"):
            data = s3.get_object(Bucket=place["Bucket"], Key=place["Name"])["Body"].read()
            return {**params, "Image": {"Bytes": data}}
        return params

    made = client(server)
    events: Any = made.meta.events
    events.register("provide-client-params.rekognition.*", send_bytes)
    return made


@pytest.fixture
def collection(rekognition: RekognitionClient) -> str:
    name = f"faces-{uuid.uuid4()}"
    rekognition.create_collection(CollectionId=name)
    return name


@pytest.fixture
def town(s3: S3Client, gallery: Gallery, leases: Leases, rekognition: Any, collection: str) -> Any:
    faces = FaceCollections(rekognition=rekognition, dynamodb=gallery.dynamodb, table="cases", deployed=collection)
    return Town(gallery, PhotoIndex(s3=s3, bucket="gallery", leases=leases, faces=faces), rekognition, collection)


class Town:
    """A case with photos, indexed as the bucket's events would."""

    def __init__(self, gallery: Gallery, photos: PhotoIndex, rekognition: Any, collection: str) -> None:
        self.gallery, self.photos, self.rekognition, self.collection = gallery, photos, rekognition, collection

    def add(self, photo_id: str, *people: tuple[int, int], age: int = 30) -> PhotoOutcome:
        case = Case(case_id=CASE, source="namus", source_id="MP1", age_when_missing=Range(min=age, max=age))
        self.gallery.open_case(case, b"{}")
        listed = SourcePhoto(photo_id=photo_id, url="/x", kind=PhotoKind.PORTRAIT)
        self.gallery.put_photo(CASE, listed, prepare_photo(photo_of(*people)))
        return self.photos.reconcile(f"photos/namus/MP1/{photo_id}.jpg")

    def state(self, photo_id: str) -> tuple[str, str | None]:
        record = self._record(photo_id)
        return record["face_status"], record.get("reason")

    def choose(self, photo_id: str, number: int) -> bool:
        etag = self._record(photo_id)["etag"]
        choice = Choice(case_id=CASE, photo_id=photo_id, etag=etag, face=number, by="Ada")
        return choose_face(self.photos, choice) is not None

    def found(self, person: int) -> list[str]:
        """Search for a person and return the ids of the photos that match."""
        answer = self.rekognition.search_faces_by_image(
            CollectionId=self.collection, Image={"Bytes": photo_of((person, 300))}, FaceMatchThreshold=80
        )
        return sorted(match["Face"]["ExternalImageId"].rpartition(":")[2] for match in answer["FaceMatches"])

    def _record(self, photo_id: str) -> dict[str, Any]:
        record = read_photo(self.gallery.dynamodb, table="cases", case_id=CASE, photo_id=photo_id)
        assert record is not None
        return record


def test_the_face_of_the_other_photos_is_enrolled(town: Town) -> None:
    town.add("portrait", (ANN, 300))
    assert town.add("group", (BEA, 320), (ANN, 260), (CAT, 300)) is PhotoOutcome.INDEXED
    assert town.state("group") == ("indexed", "SAME_FACE_AS_OTHER_PHOTOS")
    assert (town.found(ANN), town.found(BEA)) == (["group", "portrait"], [])


def test_a_later_photo_decides_the_ones_that_waited(town: Town) -> None:
    assert town.add("group", (BEA, 300), (ANN, 290)) is PhotoOutcome.HELD
    assert town.state("group") == ("no_face", "SEVERAL_FACES")
    town.add("portrait", (ANN, 300))
    assert town.state("group") == ("indexed", "SAME_FACE_AS_OTHER_PHOTOS")
    assert (town.found(ANN), town.found(BEA)) == (["group", "portrait"], [])


def test_a_smaller_face_beats_a_larger_one_that_is_another(town: Town) -> None:
    town.add("group", (BEA, 400), (ANN, 220))
    assert town.state("group") == ("indexed", "SMALLER_FACES_IGNORED")
    town.add("portrait", (ANN, 300))
    assert town.state("group") == ("indexed", "SAME_FACE_AS_OTHER_PHOTOS")
    assert town.found(BEA) == []


def test_a_childs_face_is_found_beside_a_parents(town: Town) -> None:
    town.add("portrait", (ANN, 300), age=8)
    town.add("group", (BEA, 400), (ANN, 220), age=8)
    assert (town.found(ANN), town.found(BEA)) == (["group", "portrait"], [])


def test_a_group_without_the_known_face_waits(town: Town) -> None:
    town.add("portrait", (ANN, 300))
    assert town.add("group", (BEA, 300), (CAT, 290)) is PhotoOutcome.HELD
    assert town.state("group") == ("no_face", "SEVERAL_FACES")
    assert (town.found(BEA), town.found(CAT)) == ([], [])


def test_a_person_chooses_and_chooses_again(town: Town) -> None:
    town.add("group", (BEA, 300), (ANN, 290))
    town.choose("group", 2)
    assert town.state("group") == ("indexed", "CHOSEN_BY_A_PERSON")
    assert (town.found(ANN), town.found(BEA)) == (["group"], [])
    town.choose("group", 1)
    assert (town.found(ANN), town.found(BEA)) == ([], ["group"])
    town.choose("group", 0)
    assert town.state("group") == ("no_face", "NOT_SHOWN")
    assert town.found(BEA) == []
    assert town.photos.reconcile("photos/namus/MP1/group.jpg") is PhotoOutcome.UNCHANGED
    assert not town.choose("group", 3)


def test_a_chosen_face_is_searched_for_in_held_captures(town: Town) -> None:
    town.add("group", (BEA, 300), (ANN, 290))
    dynamodb = town.gallery.dynamodb
    assert not is_due(dynamodb, Reader.RETROSPECTIVE, table="cases")
    town.choose("group", 2)
    assert is_due(dynamodb, Reader.RETROSPECTIVE, table="cases")


def test_a_chosen_face_decides_the_other_groups(town: Town) -> None:
    town.add("one", (BEA, 300), (ANN, 290))
    town.add("two", (ANN, 290), (CAT, 300))
    town.choose("one", 2)
    assert town.state("two") == ("indexed", "SAME_FACE_AS_OTHER_PHOTOS")
    assert (town.found(ANN), town.found(CAT)) == (["one", "two"], [])


def test_a_new_picture_voids_the_choice(town: Town) -> None:
    town.add("group", (BEA, 300), (ANN, 290))
    town.choose("group", 1)
    town.add("group", (CAT, 300), (ANN, 290))
    assert town.state("group") == ("no_face", "SEVERAL_FACES")
    assert town.found(BEA) == []


def face(left: float, size: float, sharpness: float) -> FaceInPhoto:
    return FaceInPhoto(left=left, top=0.5 - size / 2, width=size, height=size, sharpness=sharpness)


@pytest.mark.parametrize(
    ("subject", "rival", "is_clear"),
    [
        (face(0.4, 0.2, 80), face(0.7, 0.12, 80), True),  # in the background
        (face(0.4, 0.2, 80), face(0.8, 0.17, 30), True),  # at the edge and blurred
        (face(0.4, 0.2, 80), face(0.8, 0.17, 70), False),  # at the edge, but sharp
        (face(0.3, 0.2, 80), face(0.45, 0.17, 30), False),  # blurred, but in the middle
        (face(0.4, 0.2, 80), face(0.8, 0.19, 30), False),  # as large
        (face(0.0, 0.3, 30), face(0.42, 0.17, 80), False),  # the largest stands in front of the subject
    ],
)
def test_size_position_and_sharpness_tell_the_subject(subject: FaceInPhoto, rival: FaceInPhoto, is_clear: bool) -> None:
    assert is_clear_subject(subject, [rival]) is is_clear


def test_faces_are_numbered_from_left_to_right() -> None:
    def detail(left: float, size: float) -> dict[str, Any]:
        return {"BoundingBox": {"Left": left, "Top": 0.2, "Width": size, "Height": size}}

    answer: Any = {
        "FaceRecords": [{"Face": {"FaceId": "1"}, "FaceDetail": detail(0.6, 0.3)}],
        "UnindexedFaces": [
            {"Reasons": ["EXCEEDS_MAX_FACES"], "FaceDetail": detail(0.1, 0.29)},
            {"Reasons": ["SMALL_BOUNDING_BOX"], "FaceDetail": detail(0.4, 0.02)},
        ],
    }
    found = assess(answer)
    assert ([each.left for each in found.faces], found.number) == ([0.1, 0.6], 2)
