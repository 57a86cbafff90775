"""Tests of verifying and repairing a gallery that is out of sync in every known way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lambdas.cases.case import Case, CaseStatus, PhotoKind, SourcePhoto
from lambdas.common.photos import prepare_photo
from lambdas.ingest.gallery.verify import Verification

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.ingest.gallery.bucket_and_table import Gallery
    from lambdas.ingest.gallery.index_photo import PhotoIndex
    from lambdas.ingest.gallery.withdraw import Withdrawal


def key(number: int) -> str:
    return f"photos/namus/MP{number}/1.jpg"


@pytest.fixture
def put(gallery: Gallery, picture: Callable[..., bytes]) -> Callable[..., None]:
    def store(number: int, kind: PhotoKind = PhotoKind.PORTRAIT) -> None:
        case = Case(case_id=f"namus:MP{number}", source="namus", source_id=f"MP{number}")
        gallery.open_case(case, b"{}")
        gallery.put_photo(case.case_id, SourcePhoto(photo_id="1", url="/x", kind=kind), prepare_photo(picture(number)))

    return store


@pytest.fixture
def verification(photos: PhotoIndex, withdrawal: Withdrawal, gallery: Gallery) -> Verification:
    return Verification(photos=photos, withdrawal=withdrawal, gallery=gallery)


def problems(verification: Verification) -> dict[str, str]:
    return {difference.key: difference.problem for difference in verification.differences(verification.read())}


def test_gallery_in_sync_has_no_differences(put: Any, photos: PhotoIndex, verification: Any, rekognition: Any) -> None:
    put(1)
    put(2)
    put(3, kind=PhotoKind.OTHER)
    rekognition.found[key(2)] = []
    for number in (1, 2, 3):
        photos.reconcile(key(number))
    assert problems(verification) == {}


def test_each_difference_is_reported_and_repaired(
    put: Any, photos: PhotoIndex, verification: Any, rekognition: Any, gallery: Gallery, s3: Any
) -> None:
    for number in range(1, 9):
        put(number)
        if number != 2:
            photos.reconcile(key(number))
    faces = rekognition.faces["faces"]
    by_photo = {face["ExternalImageId"]: face_id for face_id, face in faces.items()}
    del faces[by_photo["namus:MP3:1"]]
    faces["twin"] = faces[by_photo["namus:MP4:1"]] | {"FaceId": "twin"}
    faces["stray"] = {"FaceId": "stray", "ExternalImageId": "namus:MP99:7"}
    s3.delete_object(Bucket="gallery", Key=key(5))
    gallery.close_case("namus:MP6", CaseStatus.RESOLVED, source_modified=None)
    s3.put_object(Bucket="gallery", Key="photos/namus/MP98/1.jpg", Body=b"x")
    gallery.dynamodb.delete_item(TableName="cases", Key={"case_id": {"S": "namus:MP7"}, "record": {"S": "photo#1"}})
    assert problems(verification) == {
        key(2): "not indexed in faces",
        key(3): "faces has 0 faces of the photo, which do not match its record",
        key(4): "faces has 2 faces of the photo, which do not match its record",
        key(5): "a record without a stored photo",
        key(6): "a face of a case that is resolved",
        key(7): "a stored photo without a record",
        "photos/namus/MP98/1.jpg": "a photo of a case that the gallery does not have",
        "photos/namus/MP99/7.jpg": "a face of a case that the gallery does not have",
    }
    assert verification.repair(verification.read()) == 0
    assert problems(verification) == {}
    assert rekognition.external_ids() == [f"namus:MP{number}:1" for number in (1, 2, 3, 4, 7, 8)]


def test_photo_under_a_lease_is_left_alone(put: Any, photos: PhotoIndex, verification: Any) -> None:
    put(1)
    photos.leases.take("namus:MP1", "1")
    assert problems(verification) == {key(1): "a worker did not release its lease"}
    assert verification.repair(verification.read()) == 1


def test_face_indexed_during_the_read_stays(put: Any, photos: PhotoIndex, verification: Any, rekognition: Any) -> None:
    put(1)
    state = verification.read()
    photos.reconcile(key(1))
    [face_id] = rekognition.faces["faces"]
    state.faces[key(1)] = {"faces": [face_id]}
    verification.repair(state)
    assert list(rekognition.faces["faces"]) == [face_id]
    assert rekognition.calls.count("IndexFaces") == 1
