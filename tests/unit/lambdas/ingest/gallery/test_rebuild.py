"""Tests of rebuilding the face collection while cases come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from lambdas.cases.case import Case, CaseStatus, SourcePhoto
from lambdas.cases.collections_in_use import CollectionsInUse
from lambdas.common.photos import prepare_photo
from lambdas.ingest.gallery.rebuild import Rebuild, RebuildError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.ingest.gallery.bucket_and_table import Gallery
    from lambdas.ingest.gallery.index_photo import PhotoIndex
    from lambdas.ingest.gallery.withdraw import Withdrawal

COUNT = 5
ALL = [f"namus:MP{number}:1" for number in range(1, COUNT + 1)]


@pytest.fixture
def put(gallery: Gallery, photos: PhotoIndex, picture: Callable[..., bytes]) -> Callable[[int], None]:
    def store(number: int) -> None:
        case = Case(case_id=f"namus:MP{number}", source="namus", source_id=f"MP{number}")
        gallery.open_case(case, b"{}")
        gallery.put_photo(case.case_id, SourcePhoto(photo_id="1", url="/x"), prepare_photo(picture(number)))
        photos.reconcile(f"photos/namus/MP{number}/1.jpg")

    return store


@pytest.fixture
def rebuild(put: Callable[[int], None], photos: PhotoIndex) -> Rebuild:
    for number in range(1, COUNT + 1):
        put(number)
    return Rebuild(photos=photos)


def test_rebuilt_collection_takes_over_and_rolls_back(rebuild: Rebuild, rekognition: Any) -> None:
    assert rebuild.start("faces-2") == CollectionsInUse(active="faces", building="faces-2")
    assert rebuild.fill() == 0
    assert rebuild.swap() == CollectionsInUse(active="faces-2", previous="faces")
    assert rekognition.external_ids("faces-2") == rekognition.external_ids("faces") == ALL
    assert rebuild.rollback() == CollectionsInUse(active="faces", previous="faces-2")
    rebuild.rollback()
    assert rebuild.finish() == CollectionsInUse(active="faces-2")
    assert list(rekognition.faces) == ["faces-2"]


def test_both_collections_follow_cases_during_a_rebuild(
    rebuild: Rebuild, rekognition: Any, put: Any, withdrawal: Withdrawal
) -> None:
    rebuild.start("faces-2")
    put(6)
    withdrawal.withdraw("namus:MP1", CaseStatus.RESOLVED)
    rebuild.fill()
    rebuild.swap()
    put(7)
    withdrawal.withdraw("namus:MP2", CaseStatus.RESOLVED)
    expected = [f"namus:MP{number}:1" for number in (3, 4, 5, 6, 7)]
    assert rekognition.external_ids("faces") == rekognition.external_ids("faces-2") == expected


def test_killed_fill_continues_where_it_stopped(rebuild: Rebuild, rekognition: Any, clock: Any) -> None:
    rebuild.start("faces-2")
    calls = iter(range(3))

    def kill(operation: str) -> None:
        if operation == "IndexFaces" and next(calls, None) is None:
            raise KeyboardInterrupt

    rekognition.before = kill
    with pytest.raises(KeyboardInterrupt):
        rebuild.fill()
    with pytest.raises(RebuildError, match="not in faces-2 yet"):
        rebuild.swap()
    rekognition.before = lambda _: None
    rebuild.start("faces-2")
    rekognition.calls.clear()
    assert rebuild.fill() == 1, "the dead worker still holds the lease on one photo"
    assert rekognition.calls.count("IndexFaces") == COUNT - 3 - 1, "no photo is indexed twice"
    clock.advance(seconds=91)
    assert rebuild.fill() == 0
    rebuild.swap()
    assert rekognition.external_ids("faces-2") == rekognition.external_ids("faces") == ALL


def test_failed_photo_blocks_the_swap(rebuild: Rebuild, rekognition: Any) -> None:
    rebuild.start("faces-2")

    def refuse(operation: str) -> None:
        if operation == "IndexFaces":
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, operation)

    rekognition.before = refuse
    assert rebuild.fill() == COUNT
    with pytest.raises(RebuildError, match="fill it first"):
        rebuild.swap()


def test_step_out_of_order_says_what_to_do(rebuild: Rebuild) -> None:
    for step in (rebuild.fill, rebuild.swap, rebuild.rollback, rebuild.finish):
        with pytest.raises(RebuildError):
            step()
    rebuild.start("faces-2")
    with pytest.raises(RebuildError, match="finish or roll back"):
        rebuild.start("faces-3")


def test_rebuild_can_be_abandoned(rebuild: Rebuild, rekognition: Any) -> None:
    rebuild.start("faces-2")
    assert rebuild.finish() == CollectionsInUse(active="faces")
    assert list(rekognition.faces) == ["faces"]
