"""The collection and face operations, from boto3 to the server and the real face model."""

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from local_cloud.rekognition.server import running
from local_cloud.rekognition.service import Service
from tests.support.rekognition_client import (
    BIDEN,
    OBAMA,
    OBAMA2,
    client,
    error_of,
    index,
    jpeg,
    pixels,
    side_by_side,
)

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient


@pytest.fixture(scope="module")
def rekognition() -> Iterator["RekognitionClient"]:
    with running(Service()) as url:
        yield client(url)


@pytest.fixture
def collection(rekognition: "RekognitionClient") -> str:
    name = f"gallery-{uuid.uuid4()}"
    rekognition.create_collection(CollectionId=name)
    return name


def image(path: Any) -> Any:
    return {"Bytes": path.read_bytes()}


def picture(pixels: Any) -> Any:
    return {"Bytes": jpeg(pixels)}


def test_create_describe_and_delete_a_collection(rekognition: "RekognitionClient") -> None:
    created = rekognition.create_collection(CollectionId="life", Tags={"case": "MP900101"})
    assert created["StatusCode"] == 200
    assert created["CollectionArn"] == "aws:rekognition:us-east-1:000000000000:collection/life"
    described = rekognition.describe_collection(CollectionId="life")
    assert (described["FaceCount"], described["UserCount"]) == (0, 0)
    assert described["CollectionARN"] == f"arn:{created['CollectionArn']}"
    assert described["FaceModelVersion"] == created["FaceModelVersion"]
    assert described["CreationTimestamp"].tzinfo is not None
    assert rekognition.list_tags_for_resource(ResourceArn=described["CollectionARN"])["Tags"] == {"case": "MP900101"}
    assert rekognition.delete_collection(CollectionId="life")["StatusCode"] == 200
    assert error_of(lambda: rekognition.describe_collection(CollectionId="life")) == (
        "ResourceNotFoundException",
        "The collection id: life does not exist",
        400,
    )


def test_an_existing_collection_is_not_created_again(rekognition: "RekognitionClient", collection: str) -> None:
    code, message, status = error_of(lambda: rekognition.create_collection(CollectionId=collection))
    assert (code, status) == ("ResourceAlreadyExistsException", 400)
    assert message == f"The collection id: {collection} already exists"
    with pytest.raises(rekognition.exceptions.ResourceAlreadyExistsException):
        rekognition.create_collection(CollectionId=collection)


def test_collections_are_listed_in_pages() -> None:
    with running(Service()) as url:
        rekognition = client(url)
        for name in ("d", "a", "c", "b", "e"):
            rekognition.create_collection(CollectionId=name)
        pages = list(rekognition.get_paginator("list_collections").paginate(PaginationConfig={"PageSize": 2}))
    assert [page["CollectionIds"] for page in pages] == [["a", "b"], ["c", "d"], ["e"]]
    assert [len(page["FaceModelVersions"]) for page in pages] == [2, 2, 1]


def test_an_indexed_face_has_all_members_of_rekognition(rekognition: "RekognitionClient", collection: str) -> None:
    answer = rekognition.index_faces(
        CollectionId=collection, Image=image(OBAMA), ExternalImageId="namus:MP900101", DetectionAttributes=["ALL"]
    )
    (record,) = answer["FaceRecords"]
    face, detail = record["Face"], record["FaceDetail"]
    assert answer["UnindexedFaces"] == []
    assert answer["FaceModelVersion"] == face["IndexFacesModelVersion"]
    assert face["ExternalImageId"] == "namus:MP900101"
    assert face["BoundingBox"] == detail["BoundingBox"]
    # The position of the face in the photo, measured by eye.
    assert face["BoundingBox"]["Left"] == pytest.approx(0.41, abs=0.03)
    assert face["BoundingBox"]["Top"] == pytest.approx(0.08, abs=0.03)
    assert face["BoundingBox"]["Width"] == pytest.approx(0.25, abs=0.03)
    assert face["BoundingBox"]["Height"] == pytest.approx(0.28, abs=0.03)
    assert {landmark["Type"] for landmark in detail["Landmarks"]} == {
        "eyeLeft",
        "eyeRight",
        "nose",
        "mouthLeft",
        "mouthRight",
    }
    assert 90 < face["Confidence"] <= 100
    assert detail["Quality"]["Sharpness"] > 80
    assert 30 < detail["Quality"]["Brightness"] < 80
    assert abs(detail["Pose"]["Yaw"]) < 30


def test_indexing_the_same_image_again_adds_nothing(rekognition: "RekognitionClient", collection: str) -> None:
    ids = [index(rekognition, collection, OBAMA, external) for external in ("case:1", "case:1", "case:2")]
    assert ids[0] == ids[1] != ids[2]
    assert rekognition.describe_collection(CollectionId=collection)["FaceCount"] == 2


def test_only_the_largest_faces_are_indexed(rekognition: "RekognitionClient", collection: str) -> None:
    smaller = cv2.resize(pixels(BIDEN), None, fx=0.4, fy=0.4)
    large = pixels(OBAMA)
    canvas = np.full((large.shape[0], smaller.shape[1], 3), 90, np.uint8)
    canvas[: smaller.shape[0]] = smaller
    answer = rekognition.index_faces(CollectionId=collection, Image=picture(np.hstack([canvas, large])), MaxFaces=1)
    (record,) = answer["FaceRecords"]
    (left_out,) = answer["UnindexedFaces"]
    assert left_out["Reasons"] == ["EXCEEDS_MAX_FACES"]
    indexed, other = record["Face"]["BoundingBox"], left_out["FaceDetail"]["BoundingBox"]
    assert indexed["Width"] * indexed["Height"] > other["Width"] * other["Height"]
    assert indexed["Left"] > other["Left"]


def test_the_quality_filter_refuses_faces_with_the_reason(rekognition: "RekognitionClient", collection: str) -> None:
    blurred = picture(cv2.GaussianBlur(pixels(OBAMA), (0, 0), 13))
    answer = rekognition.index_faces(CollectionId=collection, Image=blurred)
    assert answer["FaceRecords"] == []
    assert [face["Reasons"] for face in answer["UnindexedFaces"]] == [["LOW_SHARPNESS"]]
    unfiltered = rekognition.index_faces(CollectionId=collection, Image=blurred, QualityFilter="NONE")
    assert len(unfiltered["FaceRecords"]) == 1


def test_an_image_without_a_face_indexes_none(rekognition: "RekognitionClient", collection: str) -> None:
    gray = picture(np.full((200, 200, 3), 128, np.uint8))
    answer = rekognition.index_faces(CollectionId=collection, Image=gray)
    assert (answer["FaceRecords"], answer["UnindexedFaces"]) == ([], [])


def test_faces_are_listed_in_pages_and_deleted(rekognition: "RekognitionClient", collection: str) -> None:
    for number, path in enumerate((OBAMA, OBAMA2, BIDEN)):
        index(rekognition, collection, path, f"photo-{number}")
    pages = list(
        rekognition.get_paginator("list_faces").paginate(CollectionId=collection, PaginationConfig={"PageSize": 2})
    )
    faces = [face for page in pages for face in page["Faces"]]
    assert [face["ExternalImageId"] for face in faces] == ["photo-0", "photo-1", "photo-2"]
    assert [len(page["Faces"]) for page in pages] == [2, 1]
    one, two, three = (face["FaceId"] for face in faces)
    filtered = rekognition.list_faces(CollectionId=collection, FaceIds=[three, one])
    assert [face["FaceId"] for face in filtered["Faces"]] == [one, three]
    unknown = str(uuid.uuid4())
    deleted = rekognition.delete_faces(CollectionId=collection, FaceIds=[one, unknown, three])
    assert deleted["DeletedFaces"] == [one, three]
    assert deleted["UnsuccessfulFaceDeletions"] == [{"FaceId": unknown, "Reasons": ["FACE_NOT_FOUND"]}]
    assert [face["FaceId"] for face in rekognition.list_faces(CollectionId=collection)["Faces"]] == [two]


def test_an_invalid_page_token_is_refused(rekognition: "RekognitionClient", collection: str) -> None:
    for token in ("?", "bm8="):
        code, _, status = error_of(
            lambda token=token: rekognition.list_faces(CollectionId=collection, NextToken=token)  # type: ignore[misc]
        )
        assert (code, status) == ("InvalidPaginationTokenException", 400)


def test_detect_finds_every_face_largest_first(rekognition: "RekognitionClient") -> None:
    details = rekognition.detect_faces(Image=picture(side_by_side(pixels(OBAMA), pixels(BIDEN))))["FaceDetails"]
    widths = [detail["BoundingBox"]["Width"] for detail in details]
    assert len(widths) == 2
    assert widths == sorted(widths, reverse=True)
