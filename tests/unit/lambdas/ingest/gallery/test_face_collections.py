"""Tests of keeping two collections in sync during a rebuild."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.cases.case import Case, CaseStatus, SourcePhoto
from lambdas.cases.collections_in_use import (
    POINTER_KEY,
    CollectionsInUse,
    CollectionToSearch,
    read_collections_in_use,
)
from lambdas.cases.table import read_photo
from lambdas.common.photos import prepare_photo

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.ingest.gallery.bucket_and_table import Gallery
    from lambdas.ingest.gallery.index_photo import PhotoIndex
    from lambdas.ingest.gallery.withdraw import Withdrawal

KEY = "photos/namus/MP1/11.jpg"


@pytest.fixture
def point(gallery: Gallery, rekognition: Any) -> Callable[..., None]:
    def write(**names: str) -> None:
        item: Any = POINTER_KEY | {role: {"S": name} for role, name in names.items()}
        gallery.dynamodb.put_item(TableName="cases", Item=item)
        for name in names.values():
            rekognition.faces.setdefault(name, {})

    return write


@pytest.fixture(autouse=True)
def stored(gallery: Gallery, picture: Callable[..., bytes]) -> None:
    gallery.open_case(Case(case_id="namus:MP1", source="namus", source_id="MP1"), b"{}")
    gallery.put_photo("namus:MP1", SourcePhoto(photo_id="11", url="/x"), prepare_photo(picture()))


def test_deployed_collection_is_the_default(gallery: Gallery) -> None:
    in_use = read_collections_in_use(gallery.dynamodb, table="cases", deployed="faces")
    assert in_use.kept == ("faces",)


def test_photo_gets_a_face_in_each_collection(
    photos: PhotoIndex, rekognition: Any, point: Any, gallery: Gallery
) -> None:
    photos.reconcile(KEY)
    point(active="faces", building="next")
    photos.reconcile(KEY)
    assert rekognition.calls.count("IndexFaces") == 2, "the existing face stays"
    assert rekognition.external_ids("faces") == rekognition.external_ids("next") == ["namus:MP1:11"]
    point(active="next", previous="faces")
    photos.reconcile(KEY)
    record = read_photo(gallery.dynamodb, table="cases", case_id="namus:MP1", photo_id="11") or {}
    assert set(record["faces"]) == {"faces", "next"}


def test_withdrawn_case_leaves_every_collection(
    photos: PhotoIndex, rekognition: Any, point: Any, withdrawal: Withdrawal
) -> None:
    point(active="next", previous="faces")
    photos.reconcile(KEY)
    withdrawal.withdraw("namus:MP1", CaseStatus.RESOLVED)
    assert rekognition.external_ids("faces") == rekognition.external_ids("next") == []


def test_deleted_photo_leaves_every_collection(
    photos: PhotoIndex, rekognition: Any, point: Any, gallery: Gallery
) -> None:
    point(active="faces", building="next")
    photos.reconcile(KEY)
    gallery.delete_photo_object("namus:MP1", "11")
    photos.reconcile(KEY)
    assert rekognition.external_ids("faces") == rekognition.external_ids("next") == []


def test_active_collection_comes_first() -> None:
    assert CollectionsInUse(active="b", building="c", previous="a").kept == ("b", "c", "a")


def test_search_caches_the_active_collection_for_5_seconds(gallery: Gallery, point: Any) -> None:
    moment = [datetime(2026, 11, 23, 3, tzinfo=UTC)]
    to_search = CollectionToSearch(dynamodb=gallery.dynamodb, table="cases", deployed="faces", now=lambda: moment[0])
    assert to_search.name() == "faces"
    point(active="next", previous="faces")
    moment[0] += timedelta(seconds=4.9)
    assert to_search.name() == "faces"
    moment[0] += timedelta(seconds=0.2)
    assert to_search.name() == "next"
    point(active="faces", previous="next")
    moment[0] -= timedelta(hours=1)  # a corrected clock must not extend the cache
    assert to_search.name() == "faces"
