"""Count the gallery's cases and photos, and the photos without a face by reason."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from lambdas.cases.table import CASE_RECORD, WITHOUT_PICTURE, photo_record
from lambdas.common.dynamodb import Item, from_attributes
from lambdas.ingest.gallery.bucket_and_table import QUARANTINE_RECORD
from lambdas.ingest.gallery.held_photos import HELD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.ingest.gallery.bucket_and_table import Gallery


class GalleryStats(msgspec.Struct, kw_only=True):
    """Counts. `cases` are by source and status, such as `namus open`, and `without_face` are by reason."""

    cases: Counter[str] = msgspec.field(default_factory=Counter)
    quarantined: int = 0
    photos: Counter[str] = msgspec.field(default_factory=Counter)
    """Stored photos by kind."""
    with_face: int = 0
    without_face: Counter[str] = msgspec.field(default_factory=Counter)
    held_by_case: Counter[str] = msgspec.field(default_factory=Counter)
    """Photos that wait for a person to choose the face, by case id."""
    not_indexed_yet: int = 0
    never_stored: Counter[str] = msgspec.field(default_factory=Counter)
    """Photos that were refused, by face_status: unusable or duplicate."""

    @property
    def held(self) -> int:
        """The number of photos that wait for a person to choose the face."""
        return self.held_by_case.total()

    @property
    def face_share(self) -> float | None:
        """The share of indexed photos that have a face, from 0 to 1, or None if no photo is indexed."""
        indexed = self.with_face + self.without_face.total()
        return self.with_face / indexed if indexed else None


def gallery_stats(gallery: Gallery) -> GalleryStats:
    """Count in one scan of the cases table."""
    stats = GalleryStats()
    for item in _records(gallery):
        if item["record"] == CASE_RECORD:
            stats.cases[f"{item['case_id'].partition(':')[0]} {item.get('status', 'unknown')}"] += 1
        elif item["record"] == QUARANTINE_RECORD:
            stats.quarantined += 1
        elif item["record"].startswith(photo_record("")):
            _count_photo(stats, item)
    return stats


def _count_photo(stats: GalleryStats, item: Item) -> None:
    status = item.get("face_status", "stored")
    if status in WITHOUT_PICTURE:
        stats.never_stored[status] += 1
        return
    stats.photos[item.get("kind", "unknown")] += 1
    if status == "indexed":
        stats.with_face += 1
    elif status == "no_face":
        stats.without_face[item.get("reason", "unknown")] += 1
        if item.get("reason") in HELD:
            stats.held_by_case[item["case_id"]] += 1
    elif "reason" not in item:
        stats.not_indexed_yet += 1


def _records(gallery: Gallery) -> Iterator[Item]:
    pages = gallery.dynamodb.get_paginator("scan").paginate(
        TableName=gallery.table,
        ProjectionExpression="case_id, #record, #source, #status, face_status, reason, kind",
        ExpressionAttributeNames={"#record": "record", "#source": "source", "#status": "status"},
    )
    for page in pages:
        yield from map(from_attributes, page["Items"])
