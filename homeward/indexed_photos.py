"""Wait until the photos of imported cases are indexed, and report those that got no face."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import msgspec

from edge_device.wording.counts import counted
from homeward.progress import progress
from homeward.terminal import warn
from lambdas.ingest.gallery.held_photos import explain

if TYPE_CHECKING:
    from collections.abc import Collection

    from lambdas.common.dynamodb import Item
    from lambdas.ingest.gallery.bucket_and_table import Gallery

_POLL_SECONDS = 1.0


class IndexedPhotos(msgspec.Struct):
    """The photos without a face, each with its case, status and reason, and the count of those not indexed yet."""

    without_face: list[dict[str, Any]] = []
    not_indexed_yet: int = 0


def wait_for_faces(gallery: Gallery, case_ids: Collection[str], *, seconds: float) -> IndexedPhotos:
    """Read the photos of these cases until the index function has handled each, or until the time is over."""
    ends_at = time.monotonic() + seconds
    records: dict[str, dict[str, Item]] = {}
    waiting = list(case_ids)
    with progress("indexing photos", total=len(waiting)) as advance:
        while waiting:
            for case_id in waiting:
                records[case_id] = dict(gallery.photo_records(case_id))
            waiting = [case_id for case_id in waiting if any(map(_is_pending, records[case_id].values()))]
            advance("indexing photos", done=len(records) - len(waiting))
            if not waiting or time.monotonic() >= ends_at:
                break
            time.sleep(_POLL_SECONDS)
    return _summary(records)


def show_faces(photos: IndexedPhotos) -> None:
    """Print one line for each photo without a face on standard error."""
    for photo in photos.without_face:
        reason = explain(photo["reason"])
        warn(f"{photo['case_id']} photo {photo['photo_id']} was not enrolled: {reason}")
    if photos.not_indexed_yet:
        missing = counted(photos.not_indexed_yet, "photo is", "photos are")
        warn(f"{missing} not indexed yet; look again with: homeward gallery stats")


def _summary(records: dict[str, dict[str, Item]]) -> IndexedPhotos:
    photos = IndexedPhotos()
    for case_id, by_id in records.items():
        for photo_id, record in by_id.items():
            if _is_pending(record):
                photos.not_indexed_yet += 1
            elif record.get("face_status") in {"no_face", "unusable"}:
                status, reason = record["face_status"], record.get("reason") or "no reason given"
                photo = {"case_id": case_id, "photo_id": photo_id, "face_status": status, "reason": reason}
                photos.without_face.append(photo)
    return photos


def _is_pending(record: Item) -> bool:
    return record.get("face_status") == "stored" and not record.get("reason")
