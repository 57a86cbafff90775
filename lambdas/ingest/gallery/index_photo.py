"""Bring the faces of one photo into step with the truth, whatever the event said that led here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.cases.case import ENROLLED_KINDS, CaseStatus
from lambdas.cases.table import read_photo, read_status
from lambdas.common.keys import external_image_id, photo_key, photo_of_key
from lambdas.common.s3_objects import is_not_found
from lambdas.ingest.gallery.lease import LeaseLostError
from lambdas.ingest.gallery.rekognition import AmbiguousIndexError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from lambdas.ingest.gallery.face_collections import FaceCollections
    from lambdas.ingest.gallery.lease import Lease, Leases
    from lambdas.ingest.gallery.rekognition import FaceCollection, IndexedFace

Found = Mapping[str, Collection[str]]
"""The ids of the faces that each collection was seen to have of a photo."""


class PhotoOutcome(StrEnum):
    """What was done about a photo; each is counted."""

    INDEXED = "PhotosIndexed"
    WITHOUT_FACE = "PhotosWithoutFace"
    NOT_ENROLLED = "PhotosNotEnrolled"
    REMOVED = "PhotosRemoved"
    UNCHANGED = "PhotosUnchanged"


@dataclass(frozen=True)
class _Object:
    etag: str
    kind: str | None


@dataclass(frozen=True, kw_only=True)
class PhotoIndex:
    """The gallery bucket, the photos' records and the face collections, kept in step photo by photo."""

    s3: S3Client
    bucket: str
    leases: Leases
    faces: FaceCollections

    def reconcile(self, key: str, *, found: Found | None = None) -> PhotoOutcome:
        """One face for the photo that is stored under the key, none if it is gone or must not be found.

        Args:
            key: the photo's, in the gallery bucket.
            found: what the collections were seen to have, by whoever compared them with the records; a face that the
                record does not name is deleted, and one that it names in vain is indexed again.

        Raises:
            LeaseBusyError: another worker is at this photo; to be delivered again.
            LeaseLostError: this worker took too long; its work is undone, to be delivered again.
            AmbiguousIndexError, ClientError: the service failed; to be delivered again.
            ValueError: the key is not a photo's.
        """
        case_id, photo_id = photo_of_key(key)
        if found is None and self._object(key) is None and self._photo(case_id, photo_id) is None:
            # Faces are only ever made under a record, so there are none.
            return PhotoOutcome.REMOVED
        lease = self.leases.take(case_id, photo_id)
        try:
            return self._settle(lease, found or {})
        except AmbiguousIndexError:
            self.leases.abandon(lease)
            raise
        except (ClientError, BotoCoreError):
            if lease.taken_over:
                self.leases.abandon(lease)
            else:
                self.leases.give_back(lease)
            raise

    def _settle(self, lease: Lease, found: Found) -> PhotoOutcome:
        stored = self._object(photo_key(lease.case_id, lease.photo_id))
        obstacle = self._obstacle(lease, stored)
        if stored is None or obstacle:
            self._clear(lease, found)
            return self._leave_without_face(lease, obstacle)
        kept = self.faces.kept()
        self._delete_unrecorded(lease, found)
        current = {} if lease.taken_over else _current(lease, stored, kept, found)
        outdated = [collection for collection in kept if collection.collection not in current]
        if not outdated:
            self._write(lease, stored, current)
            return PhotoOutcome.UNCHANGED
        return self._index(lease, stored, current, outdated)

    def _obstacle(self, lease: Lease, stored: _Object | None) -> str | None:
        """Why the photo must have no face, or None."""
        if stored is None:
            return None
        kind = stored.kind or lease.photo.get("kind")
        if kind not in ENROLLED_KINDS:
            return f"kind {kind or 'unknown'}"
        return None if self._is_open(lease.case_id) else "case not open"

    def _leave_without_face(self, lease: Lease, obstacle: str | None) -> PhotoOutcome:
        """A photo that is gone takes its record with it, unless that says why the picture was never stored."""
        if obstacle:
            changes = {"face_status": "stored", "reason": obstacle, "face_id": None, "etag": None, "faces": None}
            self.leases.give_back(lease, changes=changes)
            return PhotoOutcome.NOT_ENROLLED
        if lease.photo.get("face_status") in {"unusable", "duplicate"}:
            self.leases.give_back(lease, changes={"face_id": None, "etag": None, "faces": None})
        else:
            self.leases.drop(lease)
        return PhotoOutcome.REMOVED

    def _index(
        self, lease: Lease, stored: _Object, current: dict[str, Any], outdated: list[FaceCollection]
    ) -> PhotoOutcome:
        made: list[tuple[FaceCollection, IndexedFace]] = []
        external = external_image_id(lease.case_id, lease.photo_id)
        try:
            for collection in outdated:
                collection.delete(_recorded(lease, collection.collection))
                face = collection.index(
                    bucket=self.bucket, key=photo_key(lease.case_id, lease.photo_id), external_image_id=external
                )
                made.append((collection, face))
                if lease.taken_over or face.maybe_twin:
                    _delete_twins(collection, face, external, same_picture=not lease.photo.get("faces"))
            return self._record(lease, stored, current, made)
        except LeaseLostError:
            # Whoever has the lease now cannot know of these faces.
            _undo(made)
            raise
        except (ClientError, BotoCoreError) as error:
            if not made:
                raise
            raise AmbiguousIndexError(f"{external} has a face that no record names: {error}") from error

    def _record(
        self, lease: Lease, stored: _Object, current: dict[str, Any], made: list[tuple[FaceCollection, IndexedFace]]
    ) -> PhotoOutcome:
        if not self._is_open(lease.case_id):
            # The case was closed while its photo was being indexed.
            _undo(made)
            self._clear(lease, {})
            return self._leave_without_face(lease, "case not open")
        for collection, face in made:
            if not face.usable:
                collection.delete([face.face_id] if face.face_id else [])
            entry = {"etag": stored.etag, "face_id": face.face_id if face.usable else None, "reason": face.reason}
            current[collection.collection] = {name: value for name, value in entry.items() if value is not None}
        has_face = self._write(lease, stored, current)
        return PhotoOutcome.INDEXED if has_face else PhotoOutcome.WITHOUT_FACE

    def _write(self, lease: Lease, stored: _Object, current: dict[str, Any]) -> bool:
        """Record what each collection has of the photo, give the lease back, and tell whether a search can find it."""
        searched = current.get(self.faces.in_use().active, {})
        changes = {
            "face_status": "indexed" if "face_id" in searched else "no_face",
            "face_id": searched.get("face_id"),
            "etag": stored.etag,
            "reason": searched.get("reason"),
            "faces": current,
            "kind": stored.kind or lease.photo.get("kind"),
            "key": photo_key(lease.case_id, lease.photo_id),
        }
        self.leases.give_back(lease, changes=changes)
        return "face_id" in searched

    def _clear(self, lease: Lease, found: Found) -> None:
        """Delete whatever faces the photo has; those of a dead worker are in no record and must be looked for."""
        external = external_image_id(lease.case_id, lease.photo_id)
        for collection in self.faces.kept():
            unrecorded = collection.faces_of([external]) if lease.taken_over else found.get(collection.collection, ())
            collection.delete({*_recorded(lease, collection.collection), *unrecorded})

    def _delete_unrecorded(self, lease: Lease, found: Found) -> None:
        """While the lease is held no other worker can be about to record one of them."""
        for name, face_ids in found.items():
            self.faces.named(name).delete(set(face_ids) - set(_recorded(lease, name)))

    def _object(self, key: str) -> _Object | None:
        try:
            head = self.s3.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if is_not_found(error):
                return None
            raise
        return _Object(etag=head["ETag"], kind=head["Metadata"].get("kind"))

    def _is_open(self, case_id: str) -> bool:
        status = read_status(self.leases.dynamodb, table=self.leases.table, case_id=case_id)
        return status is CaseStatus.OPEN

    def _photo(self, case_id: str, photo_id: str) -> dict[str, object] | None:
        return read_photo(self.leases.dynamodb, table=self.leases.table, case_id=case_id, photo_id=photo_id)


def _recorded(lease: Lease, collection: str) -> list[str]:
    entry = lease.photo.get("faces", {}).get(collection, {})
    return [entry["face_id"]] if "face_id" in entry else []


def _current(lease: Lease, stored: _Object, kept: tuple[FaceCollection, ...], found: Found) -> dict[str, Any]:
    """What the record says of each collection that needs nothing done."""
    current = {}
    for name in (collection.collection for collection in kept):
        entry = lease.photo.get("faces", {}).get(name, {})
        recorded = set(_recorded(lease, name))
        if entry.get("etag") == stored.etag and recorded <= set(found.get(name, recorded)):
            current[name] = entry
    return current


def _delete_twins(collection: FaceCollection, face: IndexedFace, external: str, *, same_picture: bool) -> None:
    """Delete the face that an attempt may have left behind without anybody seeing its answer."""
    if face.face_id is not None and same_picture:
        collection.delete(collection.twins(face.face_id, external))
    else:
        # No face to search with, or the twin may be of an earlier picture, which a search need not find.
        collection.delete(other for other in collection.faces_of([external]) if other != face.face_id)


def _undo(made: list[tuple[FaceCollection, IndexedFace]]) -> None:
    for collection, face in made:
        collection.delete([face.face_id] if face.face_id else [])
