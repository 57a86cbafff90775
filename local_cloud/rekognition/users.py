"""Users of a collection: several faces of one person under one vector."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from local_cloud.rekognition.engine.similarity import Vector, similarities, user_vectors
from local_cloud.rekognition.errors import RekognitionError, invalid_parameter
from local_cloud.rekognition.face_collections import Collections, matrix

MOST_FACES = 100
"""Of a user; Rekognition's own limit."""


@dataclass(frozen=True)
class Refusal:
    """A face that was not associated or disassociated, with Rekognition's reason ("" when it has a word for none)."""

    face_id: str
    reason: str
    owner: str | None = None
    confidence: float | None = None
    """Similarity of the face and the user, 0 to 100, where that is the reason."""


@dataclass(frozen=True)
class Association:
    """What became of the faces of one request."""

    done: list[str]
    refused: list[Refusal]


class Users:
    """The users of all collections. A user's vector is the mean of its faces', at unit length.

    Raises:
        RekognitionError: from any method, ResourceNotFoundException if there is no such collection or user.
    """

    def __init__(self, collections: Collections) -> None:
        self._collections = collections
        self._database = collections.database

    def create(self, collection: str, user_id: str, token: str | None) -> None:
        """Raises ConflictException if there is one, unless a request with the same token created it."""
        with self._database.transaction() as database:
            self._collections.require(collection)
            query = "SELECT token FROM users WHERE collection = ? AND user_id = ?"
            known = database.execute(query, (collection, user_id)).fetchone()
            if known is None:
                row = (collection, user_id, token)
                database.execute("INSERT INTO users (collection, user_id, token) VALUES (?, ?, ?)", row)
            elif token is None or known[0] != token:
                raise RekognitionError("ConflictException", f"The user id: {user_id} already exists")

    def delete(self, collection: str, user_id: str) -> None:
        """Deletes the user; its faces stay, without a user."""
        with self._database.transaction() as database:
            self.require(collection, user_id)
            which = (collection, user_id)
            database.execute("UPDATE faces SET user_id = NULL WHERE collection = ? AND user_id = ?", which)
            database.execute("DELETE FROM users WHERE collection = ? AND user_id = ?", which)

    def page(self, collection: str, *, after: int, limit: int) -> list[tuple[int, str, str]]:
        """Row number, id and status of at most `limit` users, those behind the row `after`."""
        query = """SELECT row, user_id, EXISTS (SELECT 1 FROM faces f
                WHERE f.collection = u.collection AND f.user_id = u.user_id)
            FROM users u WHERE collection = ? AND row > ? ORDER BY row LIMIT ?"""
        with self._database.transaction() as database:
            self._collections.require(collection)
            found = database.execute(query, (collection, after, limit))
            return [(row, user_id, "ACTIVE" if has_faces else "CREATED") for row, user_id, has_faces in found]

    def status(self, collection: str, user_id: str) -> str:
        """ACTIVE, or CREATED while it has no face."""
        return "ACTIVE" if len(self._collections.vectors_of_user(collection, user_id)) else "CREATED"

    def require(self, collection: str, user_id: str) -> None:
        """Raises ResourceNotFoundException if there is no such user."""
        query = "SELECT 1 FROM users WHERE collection = ? AND user_id = ?"
        with self._database.transaction() as database:
            self._collections.require(collection)
            if database.execute(query, (collection, user_id)).fetchone() is None:
                raise RekognitionError("ResourceNotFoundException", f"The user id: {user_id} does not exist")

    def associate(self, collection: str, user_id: str, face_ids: Sequence[str], *, threshold: float) -> Association:
        """Gives faces to a user.

        Those that the user has already are left out of the answer. Faces are compared with the user as it was before
        this request; the first faces of a user are compared with nothing.

        Raises:
            RekognitionError: also ServiceQuotaExceededException when the user has 100 faces already.
        """
        with self._database.transaction():
            self.require(collection, user_id)
            existing = self._collections.vectors_of_user(collection, user_id)
            if len(existing) >= MOST_FACES:
                raise RekognitionError("ServiceQuotaExceededException", f"A user has at most {MOST_FACES} faces")
            owners = self._owners(collection, face_ids)
            new = [face_id for face_id in dict.fromkeys(face_ids) if owners.get(face_id) != user_id]
            refused = [refusal for face_id in new if (refusal := _refusal(face_id, owners))]
            if len(existing):
                left = _without(new, refused)
                refused += self._unlike(collection, user_vectors(existing, [0])[0], left, threshold=threshold)
            done = _without(new, refused)
            room = MOST_FACES - len(existing)
            refused += [Refusal(face_id, "") for face_id in done[room:]]
            self._set_owner(collection, done[:room], user_id)
        return Association(done[:room], refused)

    def disassociate(self, collection: str, user_id: str, face_ids: Sequence[str]) -> Association:
        """Takes faces from a user; those that have no user are left out of the answer."""
        with self._database.transaction():
            self.require(collection, user_id)
            owners = self._owners(collection, face_ids)
            ids = list(dict.fromkeys(face_ids))
            done = [face_id for face_id in ids if owners.get(face_id) == user_id]
            refused = [refusal for face_id in _without(ids, done) if (refusal := _refusal(face_id, owners))]
            self._set_owner(collection, done, None)
        return Association(done, refused)

    def search(
        self, collection: str, probe: Vector, *, threshold: float, limit: int, excluding: str | None = None
    ) -> list[tuple[float, str]]:
        """Similarity and id of the users at least `threshold` like the probe, most similar first."""
        query = """SELECT user_id, vector FROM faces
            WHERE collection = ? AND user_id IS NOT NULL AND user_id IS NOT ? ORDER BY user_id, row"""
        with self._database.transaction() as database:
            self._collections.require(collection)
            rows = database.execute(query, (collection, excluding)).fetchall()
        if not rows:
            return []
        firsts = [index for index, row in enumerate(rows) if index == 0 or row[0] != rows[index - 1][0]]
        scores = similarities(probe, user_vectors(matrix([blob for _, blob in rows]), firsts))
        ranked = sorted(zip(scores.tolist(), (rows[index][0] for index in firsts), strict=True), reverse=True)
        return [(score, user_id) for score, user_id in ranked[:limit] if score >= threshold]

    def vector(self, collection: str, user_id: str) -> Vector:
        """The mean of the user's faces at unit length.

        Raises:
            RekognitionError: also InvalidParameterException when the user has no faces.
        """
        self.require(collection, user_id)
        faces = self._collections.vectors_of_user(collection, user_id)
        if not len(faces):
            raise invalid_parameter(f"The user id: {user_id} has no faces")
        return np.asarray(user_vectors(faces, [0])[0])

    def _unlike(self, collection: str, user: Vector, face_ids: Sequence[str], *, threshold: float) -> list[Refusal]:
        scores = {
            face_id: float(similarities(user, self._collections.vector(collection, face_id)[None])[0])
            for face_id in face_ids
        }
        return [
            Refusal(face_id, "LOW_MATCH_CONFIDENCE", confidence=score)
            for face_id, score in scores.items()
            if score < threshold
        ]

    def _owners(self, collection: str, face_ids: Sequence[str]) -> dict[str, str | None]:
        return {face.face_id: face.user_id for _, face in self._collections.faces(collection, face_ids=face_ids)}

    def _set_owner(self, collection: str, face_ids: Sequence[str], user_id: str | None) -> None:
        query = """UPDATE faces SET user_id = ?
            WHERE collection = ? AND face_id IN (SELECT value FROM json_each(?))"""
        with self._database.transaction() as database:
            database.execute(query, (user_id, collection, json.dumps(face_ids)))


def _refusal(face_id: str, owners: dict[str, str | None]) -> Refusal | None:
    if face_id not in owners:
        return Refusal(face_id, "FACE_NOT_FOUND")
    owner = owners[face_id]
    return Refusal(face_id, "ASSOCIATED_TO_A_DIFFERENT_USER", owner) if owner else None


def _without(face_ids: Sequence[str], others: Sequence[str | Refusal]) -> list[str]:
    ids = {other.face_id if isinstance(other, Refusal) else other for other in others}
    return [face_id for face_id in face_ids if face_id not in ids]
