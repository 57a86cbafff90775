"""Withdraw a case: close it and delete its faces, its photos and their records. Idempotent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import stamina

from lambdas.common.keys import external_image_id
from lambdas.ingest.gallery.lease import LeaseBusyError
from lambdas.ingest.gallery.near_cases import forget_near_case

if TYPE_CHECKING:
    from lambdas.cases.case import CaseStatus
    from lambdas.ingest.gallery.bucket_and_table import Gallery
    from lambdas.ingest.gallery.face_collections import FaceCollections
    from lambdas.ingest.gallery.lease import Lease, Leases


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """Withdraws cases from the gallery, its leases and its face collections."""

    gallery: Gallery
    leases: Leases
    faces: FaceCollections

    def withdraw(self, case_id: str, status: CaseStatus, *, source_modified: str | None = None) -> bool:
        """Keep only the case's document and its record, with the new status.

        After the first write no photo of the case gets a face. This waits for a worker that holds a photo's lease. It
        is a no-op for a case that the gallery does not have.

        Args:
            case_id: the case.
            status: resolved or removed.
            source_modified: the marker of a listing that still lists the case, so that no sync fetches it again.

        Returns:
            Whether the gallery has the case.

        Raises:
            LeaseBusyError: another worker kept the lease on a photo. Try again.
        """
        if not self.gallery.close_case(case_id, status, source_modified=source_modified):
            return False
        self.gallery.release_quarantine(case_id)
        forget_near_case(self.gallery.dynamodb, table=self.gallery.table, case_id=case_id)
        leases = [self._take(case_id, photo_id) for photo_id, _ in self.gallery.photo_records(case_id)]
        self._delete_faces(leases)
        for lease in leases:
            self.gallery.delete_photo_object(case_id, lease.photo_id)
            self.leases.delete_record(lease)
        return True

    def _take(self, case_id: str, photo_id: str) -> Lease:
        for attempt in stamina.retry_context(LeaseBusyError, attempts=8, timeout=20.0):
            with attempt:
                return self.leases.take(case_id, photo_id)
        raise AssertionError("unreachable")

    def _delete_faces(self, leases: list[Lease]) -> None:
        # A worker that died may have left a face that no record names.
        taken_over = [external_image_id(lease.case_id, lease.photo_id) for lease in leases if lease.taken_over]
        for collection in self.faces.kept():
            entries = (lease.photo.get("faces", {}).get(collection.collection, {}) for lease in leases)
            recorded = [entry["face_id"] for entry in entries if "face_id" in entry]
            collection.delete([*recorded, *(collection.faces_of(taken_over) if taken_over else [])])
