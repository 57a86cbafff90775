"""Collections and their faces: kept in the database, searched in memory."""

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np

from local_cloud.rekognition.database import Database
from local_cloud.rekognition.engine.similarity import FACE_MODEL_VERSION, Vector, similarities
from local_cloud.rekognition.errors import RekognitionError, invalid_parameter

_FACES = """SELECT row, face_id, image_id, external_image_id, left, top, width, height, confidence, user_id
    FROM faces WHERE """


@dataclass(frozen=True)
class StoredFace:
    """A face of a collection; the box is in parts of the picture's width and height."""

    face_id: str
    image_id: str
    external_image_id: str | None
    left: float
    top: float
    width: float
    height: float
    confidence: float
    """Of the detector, 0 to 100."""
    user_id: str | None = None


@dataclass(frozen=True)
class Description:
    """What is known of a collection; `created` in seconds since 1970."""

    created: float
    faces: int
    users: int


class Collections:
    """All collections. Safe to call from several threads; every change is one transaction.

    Args:
        directory: where to keep them; None keeps them in memory.

    Raises:
        SetUpError: the directory has vectors of another model.
        RekognitionError: from any method, ResourceNotFoundException if there is no such collection.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self.database = Database(directory)
        self._galleries: dict[str, tuple[list[int], Vector]] = {}

    def create(self, collection: str) -> None:
        """Raises ResourceAlreadyExistsException if there is one of that name."""
        try:
            with self.database.transaction() as database:
                row = (collection, time.time(), FACE_MODEL_VERSION)
                database.execute("INSERT INTO collections VALUES (?, ?, ?)", row)
        except sqlite3.IntegrityError:
            code = "ResourceAlreadyExistsException"
            raise RekognitionError(code, f"The collection id: {collection} already exists") from None

    def delete(self, collection: str) -> None:
        """Deletes the collection with its faces and users."""
        with self.database.transaction() as database:
            self.require(collection)
            database.execute("DELETE FROM collections WHERE collection = ?", (collection,))
            self._galleries.pop(collection, None)

    def names(self, *, after: str, limit: int) -> list[str]:
        """At most `limit` names in order, those behind `after`."""
        query = "SELECT collection FROM collections WHERE collection > ? ORDER BY collection LIMIT ?"
        with self.database.transaction() as database:
            return [name for (name,) in database.execute(query, (after, limit))]

    def describe(self, collection: str) -> Description:
        """When it was created, and how much is in it."""
        query = """SELECT created, (SELECT count(*) FROM faces WHERE collection = c.collection),
            (SELECT count(*) FROM users WHERE collection = c.collection) FROM collections c WHERE collection = ?"""
        with self.database.transaction() as database:
            self.require(collection)
            return Description(*database.execute(query, (collection,)).fetchone())

    def require(self, collection: str) -> None:
        """Raises ResourceNotFoundException if there is no such collection."""
        query = "SELECT 1 FROM collections WHERE collection = ?"
        with self.database.transaction() as database:
            if database.execute(query, (collection,)).fetchone() is None:
                raise RekognitionError("ResourceNotFoundException", f"The collection id: {collection} does not exist")

    def add_face(self, collection: str, face: StoredFace, vector: Callable[[], Vector]) -> StoredFace:
        """Adds a face, or returns the one that the same picture under the same external id left here before.

        Args:
            collection: where to.
            face: what to add.
            vector: computes its vector, and is called only when the face is new.
        """
        known = self._known(collection, face)
        if known:
            return known
        computed = vector()
        with self.database.transaction() as database:
            self.require(collection)  # it may have gone meanwhile
            known = self._known(collection, face)  # or the same picture come
            if known:
                return known
            row = (collection, computed.tobytes(), *astuple(face))
            database.execute(
                """INSERT INTO faces (collection, vector, face_id, image_id, external_image_id, left, top, width,
                    height, confidence, user_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                row,
            )
            self._galleries.pop(collection, None)
        return face

    def faces(
        self,
        collection: str,
        *,
        face_ids: Sequence[str] | None = None,
        user_id: str | None = None,
        after: int = 0,
        limit: int = -1,
    ) -> list[tuple[int, StoredFace]]:
        """Faces with their row numbers, in the order in which they came; `after` is a row number, -1 is no limit."""
        conditions = ["collection = :collection", "row > :after"]
        if face_ids is not None:
            conditions.append("face_id IN (SELECT value FROM json_each(:face_ids))")
        if user_id is not None:
            conditions.append("user_id = :user_id")
        parameters = {"face_ids": json.dumps(face_ids), "user_id": user_id, "after": after, "limit": limit}
        with self.database.transaction():
            self.require(collection)
            condition = " AND ".join(conditions) + " ORDER BY row LIMIT :limit"
            return self._select(condition, collection=collection, **parameters)

    def delete_faces(self, collection: str, face_ids: Sequence[str]) -> dict[str, str | None]:
        """Deletes those of the faces that belong to no user; returns the user of every face that was there."""
        with self.database.transaction() as database:
            users = {face.face_id: face.user_id for _, face in self.faces(collection, face_ids=face_ids)}
            query = """DELETE FROM faces WHERE collection = ? AND user_id IS NULL
                AND face_id IN (SELECT value FROM json_each(?))"""
            database.execute(query, (collection, json.dumps(face_ids)))
            self._galleries.pop(collection, None)
        return users

    def vector(self, collection: str, face_id: str) -> Vector:
        """The vector of a face.

        Raises:
            RekognitionError: also InvalidParameterException if the collection has no such face.
        """
        query = "SELECT vector FROM faces WHERE collection = ? AND face_id = ?"
        with self.database.transaction() as database:
            self.require(collection)
            row = database.execute(query, (collection, face_id)).fetchone()
        if row is None:
            raise invalid_parameter("faceId was not found in the collection.")
        return np.asarray(matrix([row[0]])[0])

    def vectors_of_user(self, collection: str, user_id: str) -> Vector:
        """The vectors of a user's faces, (n, 128)."""
        query = "SELECT vector FROM faces WHERE collection = ? AND user_id = ? ORDER BY row"
        with self.database.transaction() as database:
            return matrix([blob for (blob,) in database.execute(query, (collection, user_id))])

    def search(
        self, collection: str, probe: Vector, *, threshold: float, limit: int, excluding: str | None = None
    ) -> list[tuple[float, StoredFace]]:
        """The faces at least `threshold` like the probe, most similar first, without the one with the excluded id."""
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

    def _known(self, collection: str, face: StoredFace) -> StoredFace | None:
        condition = """collection = :collection AND image_id = :image_id AND external_image_id IS :external
            AND left = :left AND top = :top"""
        with self.database.transaction():
            place = {"image_id": face.image_id, "external": face.external_image_id, "left": face.left, "top": face.top}
            found = self._select(condition, collection=collection, **place)
        return found[0][1] if found else None

    def _select(self, condition: str, **parameters: str | float | None) -> list[tuple[int, StoredFace]]:
        with self.database.transaction() as database:
            return [(row[0], StoredFace(*row[1:])) for row in database.execute(_FACES + condition, parameters)]

    def _gallery(self, collection: str) -> tuple[list[int], Vector]:
        """Row numbers and vectors of all faces, kept until one comes or goes."""
        if collection not in self._galleries:
            with self.database.transaction() as database:
                query = "SELECT row, vector FROM faces WHERE collection = ? ORDER BY row"
                found = database.execute(query, (collection,)).fetchall()
            self._galleries[collection] = ([row for row, _ in found], matrix([blob for _, blob in found]))
        return self._galleries[collection]


def matrix(blobs: Sequence[bytes]) -> Vector:
    """Vectors as they are stored, as one (n, 128) matrix."""
    return np.frombuffer(b"".join(blobs), np.float32).reshape(-1, 128)
