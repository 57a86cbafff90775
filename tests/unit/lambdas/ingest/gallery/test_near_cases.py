"""Which other cases a case's photos resemble."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lambdas.cases.case import Case, CaseStatus, CrossReference, SourcePhoto
from lambdas.cases.new_faces import note_new_face
from lambdas.cases.table import read_case
from lambdas.common.photos import prepare_photo
from lambdas.ingest.gallery.near_cases import NearCases

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.ingest.gallery.bucket_and_table import Gallery
    from lambdas.ingest.gallery.index_photo import PhotoIndex
    from lambdas.ingest.gallery.withdraw import Withdrawal
    from tests.support.clock import Clock


@pytest.fixture
def enroll(gallery: Gallery, photos: PhotoIndex, picture: Callable[..., bytes], clock: Clock) -> Callable[..., None]:
    """Enroll cases whose photos all show the same picture, so that they resemble each other."""

    def enroll(number: int, **known: Any) -> None:
        case = Case(case_id=f"namus:MP{number}", source="namus", source_id=f"MP{number}", **known)
        gallery.open_case(case, b"{}")
        gallery.put_photo(case.case_id, SourcePhoto(photo_id="1", url="/x"), prepare_photo(picture(1)))
        photos.reconcile(f"photos/namus/MP{number}/1.jpg")
        clock.advance(seconds=1)
        note_new_face(gallery.dynamodb, table="cases", at=clock())
        clock.advance(seconds=1)

    return enroll


@pytest.fixture
def near_cases(gallery: Gallery, photos: PhotoIndex, clock: Clock) -> NearCases:
    return NearCases(dynamodb=gallery.dynamodb, table="cases", faces=photos.faces, limit=2, now=clock)


def near(gallery: Gallery, number: int) -> tuple[set[str], int]:
    stored = read_case(gallery.dynamodb, table="cases", case_id=f"namus:MP{number}")
    assert stored is not None
    return {case_id.removeprefix("namus:MP") for case_id in stored.near}, stored.among


def test_both_cases_learn_of_each_other_once(
    near_cases: NearCases, enroll: Callable[..., None], gallery: Gallery, rekognition: Any
) -> None:
    for number in (1, 2, 3):
        enroll(number)
    assert [near_cases.run(), near_cases.run(), near_cases.run()] == [2, 1, 0]
    assert near(gallery, 1) == ({"2", "3"}, 2)
    assert near(gallery, 3) == ({"1", "2"}, 2)
    enroll(4)
    rekognition.calls.clear()
    assert near_cases.run() == 1
    assert rekognition.calls == ["SearchFaces"]
    assert near(gallery, 1)[0] == {"2", "3", "4"}


def test_same_person_in_two_records_is_not_counted(
    near_cases: NearCases, enroll: Callable[..., None], gallery: Gallery
) -> None:
    number = (CrossReference(kind="ncmec", value="NCMC1"),)
    enroll(1, cross_references=number)
    enroll(2, cross_references=number)
    near_cases.run()
    assert near(gallery, 1) == (set(), 1)


def test_closed_case_is_forgotten(
    near_cases: NearCases, enroll: Callable[..., None], gallery: Gallery, withdrawal: Withdrawal
) -> None:
    for number in (1, 2):
        enroll(number)
    near_cases.run()
    withdrawal.withdraw("namus:MP1", CaseStatus.RESOLVED)
    assert near(gallery, 2)[0] == set()
