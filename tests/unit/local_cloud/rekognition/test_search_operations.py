"""The search operations, from boto3 to the server and the real face model."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from local_cloud.rekognition.server import running
from local_cloud.rekognition.service import Service
from tests.support.rekognition_client import (
    BIDEN,
    OBAMA,
    OBAMA2,
    OBAMA3,
    client,
    error_of,
    index,
    jpeg,
    pixels,
    side_by_side,
)

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

GRAY: Any = {"Bytes": jpeg(np.full((200, 200, 3), 128, np.uint8))}


@dataclass
class Gallery:
    """A collection with two photos of Obama and one of Biden."""

    rekognition: "RekognitionClient"
    name: str
    obama: str
    obama2: str
    biden: str


def image(path: Any) -> Any:
    return {"Bytes": path.read_bytes()}


@pytest.fixture(scope="module")
def rekognition() -> Iterator["RekognitionClient"]:
    with running(Service()) as url:
        yield client(url)


@pytest.fixture
def gallery(rekognition: "RekognitionClient") -> Gallery:
    name = f"gallery-{uuid.uuid4()}"
    rekognition.create_collection(CollectionId=name)
    return Gallery(rekognition, name, *(index(rekognition, name, path, path.stem) for path in (OBAMA, OBAMA2, BIDEN)))


def test_only_photos_of_the_same_person_match(gallery: Gallery) -> None:
    answer = gallery.rekognition.search_faces_by_image(CollectionId=gallery.name, Image=image(OBAMA3))
    found = {match["Face"]["FaceId"]: match["Similarity"] for match in answer["FaceMatches"]}
    assert found.keys() == {gallery.obama, gallery.obama2}
    assert min(found.values()) >= 80
    assert answer["FaceMatches"][0]["Similarity"] == max(found.values())
    assert answer["FaceMatches"][0]["Face"]["ExternalImageId"] in {"obama", "obama2"}
    assert answer["SearchedFaceConfidence"] > 90
    assert 0.3 < answer["SearchedFaceBoundingBox"]["Left"] < 0.6


def test_a_stranger_matches_nobody(gallery: Gallery) -> None:
    gallery.rekognition.delete_faces(CollectionId=gallery.name, FaceIds=[gallery.biden])
    answer = gallery.rekognition.search_faces_by_image(CollectionId=gallery.name, Image=image(BIDEN))
    assert answer["FaceMatches"] == []
    everybody = gallery.rekognition.search_faces_by_image(
        CollectionId=gallery.name, Image=image(BIDEN), FaceMatchThreshold=0
    )
    assert max(match["Similarity"] for match in everybody["FaceMatches"]) < 50


def test_max_faces_and_threshold_limit_the_answer(gallery: Gallery) -> None:
    one = gallery.rekognition.search_faces_by_image(CollectionId=gallery.name, Image=image(OBAMA), MaxFaces=1)
    assert [match["Face"]["FaceId"] for match in one["FaceMatches"]] == [gallery.obama]
    exact = gallery.rekognition.search_faces_by_image(
        CollectionId=gallery.name, Image=image(OBAMA), FaceMatchThreshold=99.9
    )
    assert [match["Face"]["FaceId"] for match in exact["FaceMatches"]] == [gallery.obama]


def test_the_largest_face_of_the_image_is_searched(gallery: Gallery) -> None:
    small = pixels(OBAMA)[::3, ::3]
    canvas = np.full((900, small.shape[1], 3), 90, np.uint8)
    canvas[: small.shape[0]] = small
    both: Any = {"Bytes": jpeg(side_by_side(canvas, pixels(BIDEN), height=900))}
    answer = gallery.rekognition.search_faces_by_image(CollectionId=gallery.name, Image=both)
    assert [match["Face"]["FaceId"] for match in answer["FaceMatches"]] == [gallery.biden]


def test_an_image_without_a_usable_face_is_an_error(gallery: Gallery) -> None:
    call = gallery.rekognition.search_faces_by_image
    expected = ("InvalidParameterException", "There are no faces in the image. Should be at least 1.", 400)
    assert error_of(lambda: call(CollectionId=gallery.name, Image=GRAY)) == expected
    tiny: Any = {"Bytes": jpeg(pixels(OBAMA)[::9, ::9])}
    assert call(CollectionId=gallery.name, Image=tiny)["SearchedFaceConfidence"] > 60
    assert error_of(lambda: call(CollectionId=gallery.name, Image=tiny, QualityFilter="HIGH")) == expected


def test_a_stored_face_does_not_match_itself(gallery: Gallery) -> None:
    answer = gallery.rekognition.search_faces(CollectionId=gallery.name, FaceId=gallery.obama)
    assert answer["SearchedFaceId"] == gallery.obama
    assert [match["Face"]["FaceId"] for match in answer["FaceMatches"]] == [gallery.obama2]


def test_an_unknown_face_id_is_an_error(gallery: Gallery) -> None:
    code, message, _ = error_of(
        lambda: gallery.rekognition.search_faces(CollectionId=gallery.name, FaceId=str(uuid.uuid4()))
    )
    assert (code, message) == ("InvalidParameterException", "faceId was not found in the collection.")
