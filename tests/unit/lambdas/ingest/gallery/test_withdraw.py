"""Tests of withdrawing a case: only its document and its record remain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lambdas.cases.case import Case, CaseStatus, SourcePhoto
from lambdas.cases.table import read_case
from lambdas.common.photos import prepare_photo

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.ingest.gallery.bucket_and_table import Gallery
    from lambdas.ingest.gallery.index_photo import PhotoIndex
    from lambdas.ingest.gallery.withdraw import Withdrawal


@pytest.fixture
def two_cases(gallery: Gallery, photos: PhotoIndex, picture: Callable[..., bytes]) -> None:
    for number in (1, 2):
        case = Case(case_id=f"namus:MP{number}", source="namus", source_id=f"MP{number}")
        gallery.open_case(case, b"{}")
        for photo_id in ("11", "12"):
            listed = SourcePhoto(photo_id=photo_id, url="/x")
            gallery.put_photo(case.case_id, listed, prepare_photo(picture(number)))
            photos.reconcile(f"photos/namus/MP{number}/{photo_id}.jpg")


def photo_keys(s3: Any) -> list[str]:
    return [item["Key"] for item in s3.list_objects_v2(Bucket="gallery", Prefix="photos/").get("Contents", [])]


@pytest.mark.usefixtures("two_cases")
def test_withdrawal_deletes_faces_and_photos_of_one_case(
    withdrawal: Withdrawal, gallery: Gallery, rekognition: Any, s3: Any
) -> None:
    rekognition.calls.clear()
    assert withdrawal.withdraw("namus:MP1", CaseStatus.RESOLVED)
    assert rekognition.external_ids() == ["namus:MP2:11", "namus:MP2:12"]
    assert photo_keys(s3) == ["photos/namus/MP2/11.jpg", "photos/namus/MP2/12.jpg"]
    assert list(gallery.photo_records("namus:MP1")) == []
    stored = read_case(gallery.dynamodb, table="cases", case_id="namus:MP1")
    assert stored is not None
    assert stored.status is CaseStatus.RESOLVED
    assert rekognition.calls == ["DeleteFaces"], "one request deletes all faces of a case"


@pytest.mark.usefixtures("two_cases")
def test_withdrawal_is_idempotent(withdrawal: Withdrawal, rekognition: Any) -> None:
    withdrawal.withdraw("namus:MP1", CaseStatus.REMOVED)
    assert withdrawal.withdraw("namus:MP1", CaseStatus.REMOVED)
    assert rekognition.external_ids() == ["namus:MP2:11", "namus:MP2:12"]


def test_unknown_case_is_not_created(withdrawal: Withdrawal, gallery: Gallery) -> None:
    assert not withdrawal.withdraw("namus:MP9", CaseStatus.REMOVED)
    assert gallery.case_record("namus:MP9") is None


@pytest.mark.usefixtures("two_cases")
@pytest.mark.parametrize("stage", ["before", "after"])
def test_killed_withdrawal_is_completed_by_the_next(
    withdrawal: Withdrawal, rekognition: Any, s3: Any, clock: Any, stage: str
) -> None:
    def die(called: str) -> None:
        if called == "DeleteFaces":
            raise KeyboardInterrupt

    setattr(rekognition, stage, die)
    with pytest.raises(KeyboardInterrupt):
        withdrawal.withdraw("namus:MP1", CaseStatus.REMOVED)
    setattr(rekognition, stage, lambda _: None)
    clock.advance(seconds=91)
    assert withdrawal.withdraw("namus:MP1", CaseStatus.REMOVED)
    assert rekognition.external_ids() == ["namus:MP2:11", "namus:MP2:12"]
    assert photo_keys(s3) == ["photos/namus/MP2/11.jpg", "photos/namus/MP2/12.jpg"]
