"""Bring the faces of one photo into step with the truth, whatever the event said that led here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.common.case import ENROLLED_KINDS, CaseStatus
from lambdas.common.cases_table import read_photo, read_status
from lambdas.common.keys import external_image_id, photo_key, photo_of_key
from lambdas.ingest.faces import AmbiguousIndexError
from lambdas.ingest.lease import LeaseLostError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from lambdas.ingest.faces import FaceCollection, IndexedFace
    from lambdas.ingest.lease import Lease, Leases


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
    """The gallery bucket, the photos' records and the face collection, kept in step photo by photo."""

    s3: S3Client
    bucket: str
    leases: Leases
    faces: FaceCollection

    def reconcile(self, key: str) -> PhotoOutcome:
        """One face for the photo that is stored under the key, none if it is gone or must not be found.

        Raises:
            LeaseBusyError: another worker is at this photo; to be delivered again.
            LeaseLostError: this worker took too long; its work is undone, to be delivered again.
            AmbiguousIndexError, ClientError: the service failed; to be delivered again.
            ValueError: the key is not a photo's.
        """
        case_id, photo_id = photo_of_key(key)
        if self._object(key) is None and self._photo(case_id, photo_id) is None:
            # Faces are only ever made under a record, so there are none.
            return PhotoOutcome.REMOVED
        lease = self.leases.take(case_id, photo_id)
        try:
            return self._settle(lease)
        except AmbiguousIndexError:
            self.leases.abandon(lease)
            raise
        except (ClientError, BotoCoreError):
            if lease.taken_over:
                self.leases.abandon(lease)
            else:
                self.leases.give_back(lease)
            raise

    def _settle(self, lease: Lease) -> PhotoOutcome:
        key = photo_key(lease.case_id, lease.photo_id)
        stored = self._object(key)
        if stored is None:
            self._clear(lease)
            self._forget(lease)
            return PhotoOutcome.REMOVED
        obstacle = self._obstacle(lease, stored)
        if obstacle:
            self._clear(lease)
            self.leases.give_back(lease, changes=_without_face("stored", obstacle))
            return PhotoOutcome.NOT_ENROLLED
        settled = lease.photo.get("face_status") in {"indexed", "no_face"} and lease.photo.get("etag") == stored.etag
        if settled and not lease.taken_over:
            self.leases.give_back(lease)
            return PhotoOutcome.UNCHANGED
        return self._index(lease, key, stored)

    def _obstacle(self, lease: Lease, stored: _Object) -> str | None:
        """Why the photo must have no face, or None."""
        kind = stored.kind or lease.photo.get("kind")
        if kind not in ENROLLED_KINDS:
            return f"kind {kind or 'unknown'}"
        return None if self._is_open(lease.case_id) else "case not open"

    def _index(self, lease: Lease, key: str, stored: _Object) -> PhotoOutcome:
        if lease.photo.get("face_id"):
            self.faces.delete([lease.photo["face_id"]])
        external = external_image_id(lease.case_id, lease.photo_id)
        face = self.faces.index(bucket=self.bucket, key=key, external_image_id=external)
        try:
            return self._record(lease, stored, face)
        except LeaseLostError:
            # Whoever has the lease now cannot know of this face.
            self._delete(face)
            raise
        except (ClientError, BotoCoreError) as error:
            raise AmbiguousIndexError(f"{external} has a face that no record names: {error}") from error

    def _record(self, lease: Lease, stored: _Object, face: IndexedFace) -> PhotoOutcome:
        self._delete_twins(lease, face)
        if not face.usable:
            self._delete(face)
            self.leases.give_back(lease, changes=_without_face("no_face", face.reason, etag=stored.etag))
            return PhotoOutcome.WITHOUT_FACE
        if not self._is_open(lease.case_id):
            # The case was closed while its photo was being indexed.
            self._delete(face)
            self.leases.give_back(lease, changes=_without_face("stored", "case not open"))
            return PhotoOutcome.NOT_ENROLLED
        self.leases.give_back(
            lease,
            changes={
                "face_status": "indexed",
                "face_id": face.face_id,
                "etag": stored.etag,
                "reason": face.reason,
                "kind": stored.kind or lease.photo.get("kind"),
                "key": photo_key(lease.case_id, lease.photo_id),
            },
        )
        return PhotoOutcome.INDEXED

    def _delete_twins(self, lease: Lease, face: IndexedFace) -> None:
        """Delete the face that an attempt may have left behind without anybody seeing its answer."""
        if not (lease.taken_over or face.maybe_twin):
            return
        external = external_image_id(lease.case_id, lease.photo_id)
        if face.face_id is not None and "etag" not in lease.photo:
            self.faces.delete(self.faces.twins(face.face_id, external))
        else:
            # No face to search with, or the twin may be of an earlier picture, which a search need not find.
            self.faces.delete(other for other in self.faces.faces_of([external]) if other != face.face_id)

    def _forget(self, lease: Lease) -> None:
        """Drop the photo's record, unless it says why the source's picture was never stored."""
        if lease.photo.get("face_status") in {"unusable", "duplicate"}:
            self.leases.give_back(lease, changes={"face_id": None, "etag": None})
        else:
            self.leases.drop(lease)

    def _clear(self, lease: Lease) -> None:
        """Delete whatever faces the photo has; those of a dead worker are in no record and must be looked for."""
        recorded = [lease.photo["face_id"]] if lease.photo.get("face_id") else []
        external = external_image_id(lease.case_id, lease.photo_id)
        unrecorded = self.faces.faces_of([external]) if lease.taken_over else []
        self.faces.delete([*recorded, *unrecorded])

    def _delete(self, face: IndexedFace) -> None:
        if face.face_id is not None:
            self.faces.delete([face.face_id])

    def _object(self, key: str) -> _Object | None:
        try:
            head = self.s3.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return None
            raise
        return _Object(etag=head["ETag"], kind=head["Metadata"].get("kind"))

    def _is_open(self, case_id: str) -> bool:
        status = read_status(self.leases.dynamodb, table=self.leases.table, case_id=case_id)
        return status is CaseStatus.OPEN

    def _photo(self, case_id: str, photo_id: str) -> dict[str, object] | None:
        return read_photo(self.leases.dynamodb, table=self.leases.table, case_id=case_id, photo_id=photo_id)


def _without_face(status: str, reason: str | None, *, etag: str | None = None) -> dict[str, str | None]:
    return {"face_status": status, "reason": reason, "face_id": None, "etag": etag}
