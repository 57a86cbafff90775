"""Simulates Rekognition with a quota, throttling and failures, and the gallery bucket."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from benchmarks.simulation.virtual_time import VirtualTime

_HEAD_S = 0.015
_BOX = {"Width": 0.5, "Height": 0.5, "Left": 0.2, "Top": 0.2}


class SimulatedRekognition:
    """A face collection whose quota is a token bucket of one second, refilled at `per_second`.

    `throttled` is the share of calls that are throttled regardless of the quota. `failing` is the share that fails with
    InternalServerError; every second of these takes effect before it fails.
    """

    def __init__(
        self,
        file: Path,
        time: VirtualTime,
        *,
        per_second: float,
        throttled: float,
        failing: float,
        random: random.Random,
    ) -> None:
        self._faces = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._faces.execute("PRAGMA journal_mode = OFF")
        self._faces.execute("PRAGMA synchronous = OFF")
        self._faces.execute("CREATE TABLE faces (id TEXT PRIMARY KEY, external TEXT) WITHOUT ROWID")
        self._faces.execute("CREATE INDEX by_external ON faces (external)")
        self._time, self._random = time, random
        self._per_second, self._throttled, self._failing = per_second, throttled, failing
        self._tokens, self._counted_at = per_second, 0.0
        self.calls = {"made": 0, "throttled": 0, "failed": 0}

    def index_faces(self, **request: Any) -> dict[str, Any]:
        """Index one face with a new id: the service has no idempotency token."""
        external = request["ExternalImageId"]
        face_id = f"{self._random.getrandbits(128):032x}"

        def index() -> None:
            self._faces.execute("INSERT INTO faces VALUES (?, ?)", (face_id, external))

        self._serve("IndexFaces", index, seconds=0.3)
        face = {"FaceId": face_id, "ExternalImageId": external, "BoundingBox": _BOX}
        return {"FaceRecords": [{"Face": face}], "UnindexedFaces": []}

    def search_faces(self, **request: Any) -> dict[str, Any]:
        """Return the other faces of the same photo."""
        self._serve("SearchFaces", lambda: None, seconds=0.2)
        rows = self._faces.execute(
            "SELECT id, external FROM faces WHERE external = (SELECT external FROM faces WHERE id = :id) AND id != :id",
            {"id": request["FaceId"]},
        )
        matches = [{"Similarity": 100.0, "Face": {"FaceId": id_, "ExternalImageId": of}} for id_, of in rows]
        return {"FaceMatches": matches}

    def list_faces(self, **_: Any) -> dict[str, Any]:
        """Return all faces on one page."""
        self._serve("ListFaces", lambda: None, seconds=0.5)
        rows = self._faces.execute("SELECT id, external FROM faces").fetchall()
        return {"Faces": [{"FaceId": id_, "ExternalImageId": of} for id_, of in rows]}

    def delete_faces(self, **request: Any) -> dict[str, Any]:
        """Delete faces. A missing face is not an error."""

        def delete() -> None:
            self._faces.executemany("DELETE FROM faces WHERE id = ?", [(face_id,) for face_id in request["FaceIds"]])

        self._serve("DeleteFaces", delete, seconds=0.1)
        return {"DeletedFaces": request["FaceIds"]}

    def counts(self) -> tuple[int, int]:
        """Count the photos with a face, and the photos with more than one."""
        per_photo = [row[0] for row in self._faces.execute("SELECT count(*) FROM faces GROUP BY external")]
        return len(per_photo), sum(count > 1 for count in per_photo)

    def _serve(self, operation: str, do: Any, *, seconds: float) -> None:
        self._time.sleep(seconds)
        self.calls["made"] += 1
        passed = self._time.seconds - self._counted_at
        self._tokens = min(self._per_second, self._tokens + passed * self._per_second)
        self._counted_at = self._time.seconds
        if self._tokens < 1 or self._random.random() < self._throttled:
            self.calls["throttled"] += 1
            raise _error("ProvisionedThroughputExceededException", operation)
        self._tokens -= 1
        if self._random.random() < self._failing:
            self.calls["failed"] += 1
            if self._random.random() < 0.5:
                do()
            raise _error("InternalServerError", operation)
        do()


class Bucket:
    """The gallery bucket, which contains every requested photo."""

    def __init__(self, time: VirtualTime) -> None:
        self._time = time

    def head_object(self, **request: Any) -> dict[str, Any]:
        """Describe a portrait whose bytes never change."""
        self._time.sleep(_HEAD_S)
        return {"ETag": f'"{request["Key"]}"', "Metadata": {"kind": "portrait"}}


def _error(code: str, operation: str) -> ClientError:
    status = 500 if code == "InternalServerError" else 400
    return ClientError(
        {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        operation,
    )
