"""The faces of one photo: those that its record names, and those that a worker just indexed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lambdas.common.keys import external_image_id, photo_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdas.ingest.gallery.lease import Lease
    from lambdas.ingest.gallery.rekognition import FaceCollection, IndexedFace

SeenFaces = Mapping[str, Collection[str]]
"""The face ids of a photo by collection, as a verification listed them."""


def recorded_faces(lease: Lease, collection: str) -> list[str]:
    """Return the face that the photo's record names in a collection, or an empty list."""
    entry = lease.photo.get("faces", {}).get(collection, {})
    return [entry["face_id"]] if "face_id" in entry else []


def current_entries(lease: Lease, etag: str, collections: Iterable[FaceCollection], seen: SeenFaces) -> dict[str, Any]:
    """Return the record's entries that are still right, by collection.

    An entry is right if it is of this version of the picture, and `seen` does not show that its face is missing.
    """
    current = {}
    for name in (collection.collection for collection in collections):
        entry = lease.photo.get("faces", {}).get(name, {})
        recorded = set(recorded_faces(lease, name))
        if entry.get("etag") == etag and recorded <= set(seen.get(name, recorded)):
            current[name] = entry
    return current


@dataclass
class NewFaces:
    """The faces that this worker indexed for one photo, of a child if `is_child`. No record names them yet."""

    lease: Lease
    bucket: str
    is_child: bool
    made: list[tuple[FaceCollection, IndexedFace]] = field(default_factory=list)

    def index(self, collection: FaceCollection) -> None:
        """Replace the photo's face in a collection, and delete the faces of attempts that failed after indexing."""
        external = external_image_id(self.lease.case_id, self.lease.photo_id)
        collection.delete(recorded_faces(self.lease, collection.collection))
        face = collection.index(
            bucket=self.bucket,
            key=photo_key(self.lease.case_id, self.lease.photo_id),
            external_image_id=external,
            is_child=self.is_child,
        )
        self.made.append((collection, face))
        if self.lease.taken_over or face.maybe_duplicated:
            _delete_duplicates(collection, face, external, same_picture=not self.lease.photo.get("faces"))

    def entries(self, etag: str) -> dict[str, Any]:
        """Delete the unusable faces, and return the record's entries for all of them by collection."""
        entries = {}
        for collection, face in self.made:
            if not face.usable:
                collection.delete([face.face_id] if face.face_id else [])
            entry = {"etag": etag, "face_id": face.face_id if face.usable else None, "reason": face.reason}
            entries[collection.collection] = {name: value for name, value in entry.items() if value is not None}
        return entries

    def undo(self) -> None:
        """Delete the faces again."""
        for collection, face in self.made:
            collection.delete([face.face_id] if face.face_id else [])


def _delete_duplicates(collection: FaceCollection, face: IndexedFace, external: str, *, same_picture: bool) -> None:
    """Delete the face that an earlier attempt may have left."""
    if face.face_id is not None and same_picture:
        collection.delete(collection.duplicates(face.face_id, external))
    else:
        # There is no face to search with, or the duplicate may be of an earlier picture, which a search can miss.
        collection.delete(other for other in collection.faces_of([external]) if other != face.face_id)
