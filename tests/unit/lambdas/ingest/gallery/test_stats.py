"""Tests of counting the gallery's cases and photos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.cases.case import Case, CaseStatus, PhotoKind, SourcePhoto
from lambdas.common.photos import prepare_photo
from lambdas.ingest.gallery.stats import gallery_stats

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.ingest.gallery.bucket_and_table import Gallery
    from lambdas.ingest.gallery.index_photo import PhotoIndex


def test_photos_are_counted_by_outcome(
    gallery: Gallery, photos: PhotoIndex, rekognition: Any, picture: Callable[..., bytes]
) -> None:
    gallery.open_case(Case(case_id="namus:MP1", source="namus", source_id="MP1"), b"{}")
    gallery.open_case(Case(case_id="namus:MP2", source="namus", source_id="MP2"), b"{}")
    gallery.close_case("namus:MP2", CaseStatus.RESOLVED, source_modified=None)
    gallery.quarantine("namus:MP3", b"?", reason="not JSON", source_modified=None)
    kinds = [PhotoKind.PORTRAIT, PhotoKind.PORTRAIT, PhotoKind.AGE_PROGRESSION, PhotoKind.OTHER, PhotoKind.PORTRAIT]
    for number, kind in enumerate(kinds, start=1):
        listed = SourcePhoto(photo_id=str(number), url="/x", kind=kind)
        gallery.put_photo("namus:MP1", listed, prepare_photo(picture(number)))
    gallery.record_photo("namus:MP1", SourcePhoto(photo_id="6", url="/x"), {"face_status": "unusable"})
    rekognition.found["photos/namus/MP1/2.jpg"] = []
    for number in range(1, 5):
        photos.reconcile(f"photos/namus/MP1/{number}.jpg")
    stats = gallery_stats(gallery)
    assert stats.cases == {"namus open": 1, "namus resolved": 1}
    assert (stats.quarantined, stats.with_face, stats.not_indexed_yet) == (1, 2, 1)
    assert stats.photos == {"portrait": 3, "age_progression": 1, "other": 1}
    assert stats.without_face == {"NO_FACE_FOUND": 1}
    assert stats.never_stored == {"unusable": 1}
    assert stats.face_share == 2 / 3
    assert msgspec.json.decode(msgspec.json.encode(stats))["quarantined"] == 1


def test_incomplete_record_is_counted_with_its_source(gallery: Gallery) -> None:
    gallery.dynamodb.put_item(TableName="cases", Item={"case_id": {"S": "namus:MP1"}, "record": {"S": "case"}})
    assert gallery_stats(gallery).cases == {"namus unknown": 1}
