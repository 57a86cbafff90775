"""Collections and their faces: stored in the database, searched in memory."""

import json
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np

from local_cloud.rekognition.database import Database
from local_cloud.rekognition.engine.similarity import FACE_MODEL_VERSION, Vector, similarities
from local_cloud.rekognition.errors import RekognitionError, invalid_parameter

_FACES = """SELECT row, face_id, image_id, external_image_id, left, top, width, height, confidence
    FROM faces WHERE """


@dataclass(frozen=True)
class StoredFace:
    """A face of a collection. The box is in fractions of the image's width and height."""

    face_id: str
    image_id: str
    external_image_id: str | None
    left: float
    top: float
    width: float
    height: float
    confidence: float
    """The detector's confidence, 0 to 100."""


@dataclass(frozen=True)
class Description:
    """Creation time of a collection, in seconds since 1970, and its number of faces."""

    created: float
    faces: int


class Collections:
    """All collections. Thread-safe; every change is one transaction.

    Every method that takes a collection raises ResourceNotFoundException if there is no such collection.

    Args:
        directory: Folder of the database file; None keeps the collections in memory.

    Raises:
        SetUpError: The directory has vectors of another model.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self.database = Database(directory)
        self._galleries: dict[str, tuple[list[int], Vector]] = {}

    def create(self, collection: str, tags: Mapping[str, str] | None = None) -> None:
        """Create an empty collection.

        Raises:
            RekognitionError: ResourceAlreadyExistsException if the name is taken.
        """
        try:
            with self.database.transaction() as database:
                row = (collection, time.time(), FACE_MODEL_VERSION)
                database.execute("INSERT INTO collections VALUES (?, ?, ?)", row)
                named = [(collection, key, value) for key, value in (tags or {}).items()]
                database.executemany("INSERT INTO tags VALUES (?, ?, ?)", named)
        except sqlite3.IntegrityError:
            code = "ResourceAlreadyExistsException"
            raise RekognitionError(code, f"The collection id: {collection} already exists") from None

    def tags(self, collection: str) -> dict[str, str]:
        """Read the tags of the collection."""
        with self.database.transaction() as database:
            self.require(collection)
            return dict(database.execute("SELECT key, value FROM tags WHERE collection = ?", (collection,)))

    def delete(self, collection: str) -> None:
        """Delete the collection and its faces."""
        with self.database.transaction() as database:
            self.require(collection)
            database.execute("DELETE FROM collections WHERE collection = ?", (collection,))
            self._galleries.pop(collection, None)

    def names(self, *, after: str, limit: int) -> list[str]:
        """List up to `limit` names in alphabetical order, starting after the name `after`."""
        query = "SELECT collection FROM collections WHERE collection > ? ORDER BY collection LIMIT ?"
        with self.database.transaction() as database:
            return [name for (name,) in database.execute(query, (after, limit))]

    def describe(self, collection: str) -> Description:
        """Read when the collection was created, and count its faces."""
        query = """SELECT created, (SELECT count(*) FROM faces WHERE collection = c.collection)
            FROM collections c WHERE collection = ?"""
        with self.database.transaction() as database:
            self.require(collection)
            return Description(*database.execute(query, (collection,)).fetchone())

    def require(self, collection: str) -> None:
        """Raise ResourceNotFoundException if there is no such collection."""
        query = "SELECT 1 FROM collections WHERE collection = ?"
        with self.database.transaction() as database:
            if database.execute(query, (collection,)).fetchone() is None:
                raise RekognitionError("ResourceNotFoundException", f"The collection id: {collection} does not exist")

    def add_face(self, collection: str, face: StoredFace, compute_vector: Callable[[], Vector]) -> StoredFace:
        """Add a face. Idempotent: the same image under the same external id returns the face that is stored.

        Args:
            collection: Name of the collection.
            face: The face to add.
            compute_vector: Computes the face's vector; called only for a new face, outside the transaction.
        """
        stored = self._find_same(collection, face)
        if stored:
            return stored
        vector = compute_vector()
        with self.database.transaction() as database:
            # Another thread may have deleted the collection or added the same face in the meantime.
            self.require(collection)
            stored = self._find_same(collection, face)
            if stored:
                return stored
            row = (collection, vector.tobytes(), *astuple(face))
            database.execute(
                """INSERT INTO faces (collection, vector, face_id, image_id, external_image_id, left, top, width,
                    height, confidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                row,
            )
            self._galleries.pop(collection, None)
        return face

    def faces(
        self, collection: str, *, face_ids: Sequence[str] | None = None, after: int = 0, limit: int = -1
    ) -> list[tuple[int, StoredFace]]:
        """List faces with their row numbers, in the order of indexing.

        Args:
            collection: Name of the collection.
            face_ids: The faces to list; None lists all.
            after: Row number after which the list starts.
            limit: Maximum number of faces; -1 for no limit.
        """
        condition = "collection = :collection AND row > :after"
        if face_ids is not None:
            condition += " AND face_id IN (SELECT value FROM json_each(:face_ids))"
        with self.database.transaction():
            self.require(collection)
            return self._select(
                f"{condition} ORDER BY row LIMIT :limit",
                collection=collection,
                face_ids=json.dumps(face_ids),
                after=after,
                limit=limit,
            )

    def delete_faces(self, collection: str, face_ids: Sequence[str]) -> set[str]:
        """Delete faces and return the ids of those that existed."""
        with self.database.transaction() as database:
            found = {face.face_id for _, face in self.faces(collection, face_ids=face_ids)}
            query = "DELETE FROM faces WHERE collection = ? AND face_id IN (SELECT value FROM json_each(?))"
            database.execute(query, (collection, json.dumps(face_ids)))
            self._galleries.pop(collection, None)
        return found

    def vector(self, collection: str, face_id: str) -> Vector:
        """Read the vector of a face.

        Raises:
            RekognitionError: InvalidParameterException if the collection has no such face.
        """
        query = "SELECT vector FROM faces WHERE collection = ? AND face_id = ?"
        with self.database.transaction() as database:
            self.require(collection)
            row = database.execute(query, (collection, face_id)).fetchone()
        if row is None:
            raise invalid_parameter("faceId was not found in the collection.")
        return np.asarray(_matrix([row[0]])[0])

    def search(
        self, collection: str, probe: Vector, *, threshold: float, limit: int, excluding: str | None = None
    ) -> list[tuple[float, StoredFace]]:
        """Find faces whose similarity to the probe is `threshold` or more, most similar first.

        Args:
            collection: Name of the collection.
            probe: The vector to search for.
            threshold: Minimum similarity, 0 to 100.
            limit: Maximum number of faces.
            excluding: Id of a face to leave out.
        """
        with self.database.transaction():
            self.require(collection)
            rows, gallery = self._gallery(collection)
            scores = similarities(probe, gallery)
            alike = np.flatnonzero(scores >= threshold)
            best = alike[np.argsort(-scores[alike], kind="stable")][: limit + 1]
            found = {rows[index]: float(scores[index]) for index in best}
            condition = "row IN (SELECT value FROM json_each(:rows))"
            faces = dict(self._select(condition, rows=json.dumps(list(found))))
        matches = [(score, faces[row]) for row, score in found.items() if faces[row].face_id != excluding]
        return matches[:limit]

    def _find_same(self, collection: str, face: StoredFace) -> StoredFace | None:
        """Find the stored face of the same image, external id, and position in the image."""
        condition = """collection = :collection AND image_id = :image_id AND external_image_id IS :external
            AND left = :left AND top = :top"""
        with self.database.transaction():
            same = {"image_id": face.image_id, "external": face.external_image_id, "left": face.left, "top": face.top}
            found = self._select(condition, collection=collection, **same)
        return found[0][1] if found else None

    def _select(self, condition: str, **parameters: str | float | None) -> list[tuple[int, StoredFace]]:
        with self.database.transaction() as database:
            return [(row[0], StoredFace(*row[1:])) for row in database.execute(_FACES + condition, parameters)]

    def _gallery(self, collection: str) -> tuple[list[int], Vector]:
        """Row numbers and vectors of all faces, cached until a face is added or deleted."""
        if collection not in self._galleries:
            with self.database.transaction() as database:
                query = "SELECT row, vector FROM faces WHERE collection = ? ORDER BY row"
                found = database.execute(query, (collection,)).fetchall()
            self._galleries[collection] = ([row for row, _ in found], _matrix([blob for _, blob in found]))
        return self._galleries[collection]


def _matrix(blobs: Sequence[bytes]) -> Vector:
    """Join stored vectors to one (n, 128) matrix."""
    return np.frombuffer(b"".join(blobs), np.float32).reshape(-1, 128)
