"""Reconcile the faces of one photo with the bucket and the table. The event only names the photo."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.cases.ages import is_minor, was_minor
from lambdas.cases.case import ENROLLED_KINDS, CaseStatus
from lambdas.cases.several_faces import reference_faces, several_of
from lambdas.cases.table import WITHOUT_PICTURE, read_case, read_photo, read_photos, read_status
from lambdas.common.keys import external_image_id, photo_key, photo_of_key
from lambdas.common.s3_objects import is_not_found
from lambdas.ingest.gallery.held_photos import HELD, UNSURE
from lambdas.ingest.gallery.lease import LeaseBusyError, LeaseLostError
from lambdas.ingest.gallery.photo_faces import NewFaces, StoredPhoto, current_entries, recorded_faces
from lambdas.ingest.gallery.rekognition import AmbiguousIndexError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from lambdas.ingest.gallery.face_collections import FaceCollections
    from lambdas.ingest.gallery.lease import Lease, Leases
    from lambdas.ingest.gallery.photo_faces import SeenFaces
    from lambdas.ingest.gallery.rekognition import FaceCollection


class PhotoOutcome(StrEnum):
    """The result of reconciling a photo; each value is a metric."""

    INDEXED = "PhotosIndexed"
    WITHOUT_FACE = "PhotosWithoutFace"
    HELD = "PhotosHeld"
    NOT_ENROLLED = "PhotosNotEnrolled"
    REMOVED = "PhotosRemoved"
    UNCHANGED = "PhotosUnchanged"


@dataclass(frozen=True, kw_only=True)
class PhotoIndex:
    """Keeps the gallery bucket, the photos' records and the face collections in sync, one photo at a time."""

    s3: S3Client
    bucket: str
    leases: Leases
    faces: FaceCollections

    def reconcile(self, key: str, *, seen: SeenFaces | None = None) -> PhotoOutcome:
        """Give the photo exactly one face in each collection, or none if it is gone or must not be enrolled.

        Photos of the case with several faces are then compared with its others, if there are new ones.

        Args:
            key: the photo's key in the gallery bucket.
            seen: the faces that a verification listed. This deletes those that the record does not name, and indexes
                the photo again if the face that the record names is not among them.

        Raises:
            LeaseBusyError: another worker holds the photo. Redeliver the event.
            LeaseLostError: this worker took too long and undid its work. Redeliver the event.
            AmbiguousIndexError, ClientError: a service failed. Redeliver the event.
            ValueError: the key is not that of a photo.
        """
        outcome = self._reconcile_once(key, seen=seen, again=False)
        if outcome in {PhotoOutcome.INDEXED, PhotoOutcome.HELD}:
            self._compare_others(photo_of_key(key)[0])
        return outcome

    def look_again(self, key: str) -> PhotoOutcome:
        """Index a photo with several faces again, to find out which one is the missing person's."""
        return self._reconcile_once(key, seen=None, again=True)

    def _compare_others(self, case_id: str) -> None:
        """Look again at the case's photos whose faces have not been compared with all of its certain faces.

        Each worker does this after it has recorded its photo. So of two photos that are indexed at the same time, the
        later one to be recorded sees the other.
        """
        photos = list(read_photos(self.leases.dynamodb, table=self.leases.table, case_id=case_id))
        certain = set(reference_faces(photos).values())
        for photo_id, record in photos:
            several = several_of(record, record.get("etag", ""))
            compared = set(several.compared) if several else set()
            if record.get("reason") in UNSURE and not certain <= compared:
                with suppress(LeaseBusyError):  # its holder compares, too
                    self.look_again(photo_key(case_id, photo_id))

    def _reconcile_once(self, key: str, *, seen: SeenFaces | None, again: bool) -> PhotoOutcome:
        case_id, photo_id = photo_of_key(key)
        if seen is None and self._object(key) is None and self._photo(case_id, photo_id) is None:
            # A photo without a record has no faces, because the record is written first.
            return PhotoOutcome.REMOVED
        lease = self.leases.take(case_id, photo_id)
        try:
            return self._reconcile(lease, seen or {}, again=again)
        except AmbiguousIndexError:
            self.leases.abandon(lease)
            raise
        except (ClientError, BotoCoreError):
            if lease.taken_over:
                self.leases.abandon(lease)
            else:
                self.leases.release(lease)
            raise

    def _reconcile(self, lease: Lease, seen: SeenFaces, *, again: bool) -> PhotoOutcome:
        stored = self._object(photo_key(lease.case_id, lease.photo_id))
        obstacle = self._obstacle(lease, stored)
        if stored is None or obstacle:
            self._delete_faces(lease, seen)
            return self._leave_without_face(lease, obstacle)
        kept = self.faces.kept()
        self._delete_unrecorded(lease, seen)
        current = {} if lease.taken_over or again else current_entries(lease, stored.etag, kept, seen)
        outdated = [collection for collection in kept if collection.collection not in current]
        if not outdated:
            self._record(lease, stored, current)
            return PhotoOutcome.UNCHANGED
        return self._index(lease, stored, current, outdated)

    def _obstacle(self, lease: Lease, stored: StoredPhoto | None) -> str | None:
        """Return why a stored photo must not have a face, or None."""
        if stored is None:
            return None
        kind = stored.kind or lease.photo.get("kind")
        if kind not in ENROLLED_KINDS:
            return f"kind {kind or 'unknown'}"
        return None if self._is_open(lease.case_id) else "case not open"

    def _leave_without_face(self, lease: Lease, obstacle: str | None) -> PhotoOutcome:
        """Record the obstacle. If the photo is gone, delete its record unless that says why it was not stored."""
        if obstacle:
            changes = {"face_status": "stored", "reason": obstacle, "face_id": None, "etag": None, "faces": None}
            self.leases.release(lease, changes=changes)
            return PhotoOutcome.NOT_ENROLLED
        if lease.photo.get("face_status") in WITHOUT_PICTURE:
            self.leases.release(lease, changes={"face_id": None, "etag": None, "faces": None})
        else:
            self.leases.delete_record(lease)
        return PhotoOutcome.REMOVED

    def _index(
        self, lease: Lease, stored: StoredPhoto, current: dict[str, Any], outdated: list[FaceCollection]
    ) -> PhotoOutcome:
        photos = read_photos(self.leases.dynamodb, table=self.leases.table, case_id=lease.case_id)
        references = reference_faces((photo_id, photo) for photo_id, photo in photos if photo_id != lease.photo_id)
        new = NewFaces(
            lease=lease,
            stored=stored,
            is_child=self._is_child(lease.case_id),
            searched=self.faces.named(self.faces.in_use().active),
            references=references.values(),
            several=several_of(lease.photo, stored.etag),
        )
        try:
            for collection in outdated:
                new.index(collection)
            return self._finish(lease, stored, current, new)
        except LeaseLostError:
            # The new holder of the lease does not know these faces.
            new.undo()
            raise
        except (ClientError, BotoCoreError) as error:
            if not new.made:
                raise
            external = external_image_id(lease.case_id, lease.photo_id)
            raise AmbiguousIndexError(f"{external} has a face that no record names: {error}") from error

    def _finish(self, lease: Lease, stored: StoredPhoto, current: dict[str, Any], new: NewFaces) -> PhotoOutcome:
        if not self._is_open(lease.case_id):
            # The case was closed while this worker indexed its photo.
            new.undo()
            self._delete_faces(lease, {})
            return self._leave_without_face(lease, "case not open")
        several = {"several": msgspec.to_builtins(new.several) if new.several else None}
        entries = current | new.entries(stored.etag)
        if self._record(lease, stored, entries, **several):
            return PhotoOutcome.INDEXED
        is_held = any(entry.get("reason") in HELD for entry in entries.values())
        return PhotoOutcome.HELD if is_held else PhotoOutcome.WITHOUT_FACE

    def _record(self, lease: Lease, stored: StoredPhoto, entries: dict[str, Any], **several: Any) -> bool:
        """Record the photo's entry in each collection and release the lease. Return whether a search can find it."""
        searched = entries.get(self.faces.in_use().active, {})
        changes = {
            "face_status": "indexed" if "face_id" in searched else "no_face",
            "face_id": searched.get("face_id"),
            "etag": stored.etag,
            "reason": searched.get("reason"),
            "faces": entries,
            "kind": stored.kind or lease.photo.get("kind"),
            "key": photo_key(lease.case_id, lease.photo_id),
            **several,
        }
        self.leases.release(lease, changes=changes)
        return "face_id" in searched

    def _delete_faces(self, lease: Lease, seen: SeenFaces) -> None:
        """Delete all faces of the photo. After a takeover list the collection, because a record may lack a face."""
        external = external_image_id(lease.case_id, lease.photo_id)
        for collection in self.faces.kept():
            unrecorded = collection.faces_of([external]) if lease.taken_over else seen.get(collection.collection, ())
            collection.delete({*recorded_faces(lease, collection.collection), *unrecorded})

    def _delete_unrecorded(self, lease: Lease, seen: SeenFaces) -> None:
        """Delete the faces that the record does not name. The lease keeps other workers from recording one of them."""
        for name, face_ids in seen.items():
            self.faces.named(name).delete(set(face_ids) - set(recorded_faces(lease, name)))

    def _object(self, key: str) -> StoredPhoto | None:
        try:
            head = self.s3.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if is_not_found(error):
                return None
            raise
        return StoredPhoto(
            etag=head["ETag"],
            kind=head["Metadata"].get("kind"),
            image={"S3Object": {"Bucket": self.bucket, "Name": key}},
            read=partial(self._picture, key),
        )

    def _picture(self, key: str) -> bytes:
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def _is_open(self, case_id: str) -> bool:
        status = read_status(self.leases.dynamodb, table=self.leases.table, case_id=case_id)
        return status is CaseStatus.OPEN

    def _is_child(self, case_id: str) -> bool:
        stored = read_case(self.leases.dynamodb, table=self.leases.table, case_id=case_id)
        return stored is not None and (was_minor(stored.case) or is_minor(stored.case, self.leases.now().date()))

    def _photo(self, case_id: str, photo_id: str) -> dict[str, object] | None:
        return read_photo(self.leases.dynamodb, table=self.leases.table, case_id=case_id, photo_id=photo_id)
