"""The faces of one photo: those that its record names, and those that a worker just indexed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.cases.several_faces import NOT_SHOWN, SeveralFaces, several_of
from lambdas.common.keys import external_image_id
from lambdas.ingest.gallery.cut_out import cut_out
from lambdas.ingest.gallery.held_photos import UNSURE
from lambdas.ingest.gallery.rekognition import IndexedFace
from lambdas.ingest.gallery.same_face import number_of_same_face

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mypy_boto3_rekognition.type_defs import ImageTypeDef

    from lambdas.ingest.gallery.lease import Lease
    from lambdas.ingest.gallery.rekognition import FaceCollection

SeenFaces = Mapping[str, Collection[str]]
"""The face ids of a photo by collection, as a verification listed them."""


def recorded_faces(lease: Lease, collection: str) -> list[str]:
    """Return the face that the photo's record names in a collection, or an empty list."""
    entry = lease.photo.get("faces", {}).get(collection, {})
    return [entry["face_id"]] if "face_id" in entry else []


def current_entries(lease: Lease, etag: str, collections: Iterable[FaceCollection], seen: SeenFaces) -> dict[str, Any]:
    """Return the record's entries that are still right, by collection.

    An entry is right if it is of this version of the picture and of the face that is chosen in it, and `seen` does not
    show that its face is missing.
    """
    several = several_of(lease.photo, etag)
    chosen = several.chosen if several else None
    current = {}
    for name in (collection.collection for collection in collections):
        entry = lease.photo.get("faces", {}).get(name, {})
        recorded = set(recorded_faces(lease, name))
        if entry.get("etag") == etag and entry.get("chosen") == chosen and recorded <= set(seen.get(name, recorded)):
            current[name] = entry
    return current


@dataclass(frozen=True, kw_only=True)
class StoredPhoto:
    """The photo as it is in the bucket. `image` names it to Rekognition, `read` returns its bytes."""

    etag: str
    kind: str | None
    image: ImageTypeDef
    read: Callable[[], bytes]


@dataclass(kw_only=True)
class NewFaces:
    """The faces that this worker indexed for one photo, of a child if `is_child`. No record names them yet.

    `stored` is the photo's object, `picture` reads it. `searched` is the collection that has the `references`: the ids
    of the faces of the case's other photos that are beyond doubt the missing person's. `several` is what is known of a
    photo with several faces, before and after.
    """

    lease: Lease
    stored: StoredPhoto
    is_child: bool
    searched: FaceCollection
    references: Collection[str]
    several: SeveralFaces | None = None
    made: list[tuple[FaceCollection, IndexedFace]] = field(default_factory=list)

    def index(self, collection: FaceCollection) -> None:
        """Replace the photo's face in a collection, and delete the faces of attempts that failed after indexing."""
        collection.delete(recorded_faces(self.lease, collection.collection))
        if self.several and self.several.chosen is not None:
            self.made.append((collection, self._index_chosen(collection, self.several)))
        else:
            self._index_whole(collection)
        _, face = self.made[-1]
        external = external_image_id(self.lease.case_id, self.lease.photo_id)
        if self.lease.taken_over or face.maybe_duplicated:
            _delete_duplicates(collection, face, external, same_picture=not self.lease.photo.get("faces"))

    def _index_whole(self, collection: FaceCollection) -> None:
        """Index the largest face, or the one that is the same as in the case's other photos."""
        external = external_image_id(self.lease.case_id, self.lease.photo_id)
        face = collection.index(self.stored.image, external_image_id=external, is_child=self.is_child)
        self.made.append((collection, face))
        self.several = self._compare(face) if face.reason in UNSURE else None
        if self.several is None or self.several.chosen is None:
            return
        if self.several.chosen == face.number:
            self.made[-1] = collection, replace(face, usable=True, reason=self.several.reason)
            return
        collection.delete([face.face_id] if face.face_id else [])
        self.made[-1] = collection, self._index_chosen(collection, self.several)

    def _index_chosen(self, collection: FaceCollection, several: SeveralFaces) -> IndexedFace:
        """Index the chosen face alone."""
        if not several.chosen:
            return IndexedFace(face_id=None, usable=False, reason=NOT_SHOWN)
        picture = cut_out(self.stored.read(), several.boxes, several.chosen - 1)
        external = external_image_id(self.lease.case_id, self.lease.photo_id)
        face = collection.index({"Bytes": picture}, external_image_id=external)
        # The other faces are painted over, so what Rekognition still makes of them is none.
        return replace(face, usable=True, reason=several.reason) if face.face_id else face

    def _compare(self, face: IndexedFace) -> SeveralFaces:
        """Compare the photo's faces with those of the case's other photos, if that has not been done before."""
        boxes, references = tuple(each.box for each in face.faces), set(self.references)
        several = self.several or SeveralFaces(etag=self.stored.etag, boxes=boxes)
        if references <= set(several.compared):
            return msgspec.structs.replace(several, boxes=boxes)
        chosen = number_of_same_face(self.searched, self.stored.read(), boxes, references)
        return msgspec.structs.replace(several, boxes=boxes, chosen=chosen, compared=tuple(sorted(references)))

    def entries(self, etag: str) -> dict[str, Any]:
        """Delete the unusable faces, and return the record's entries for all of them by collection."""
        entries = {}
        for collection, face in self.made:
            if not face.usable:
                collection.delete([face.face_id] if face.face_id else [])
            entry = {
                "etag": etag,
                "face_id": face.face_id if face.usable else None,
                "reason": face.reason,
                "chosen": self.several.chosen if self.several else None,
            }
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
