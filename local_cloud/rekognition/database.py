"""The SQLite database behind the collections: in memory, or a file that survives a restart."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local_cloud.rekognition.engine.similarity import FACE_MODEL_VERSION
from local_cloud.rekognition.errors import SetUpError

_SCHEMA = """
PRAGMA foreign_keys = ON;
CREATE TABLE IF NOT EXISTS collections (
    collection TEXT PRIMARY KEY, created REAL NOT NULL, model TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS users (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    collection TEXT NOT NULL REFERENCES collections ON DELETE CASCADE,
    user_id TEXT NOT NULL, token TEXT, UNIQUE (collection, user_id)
);
CREATE TABLE IF NOT EXISTS faces (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    collection TEXT NOT NULL REFERENCES collections ON DELETE CASCADE,
    vector BLOB NOT NULL,
    face_id TEXT NOT NULL UNIQUE, image_id TEXT NOT NULL, external_image_id TEXT,
    left REAL NOT NULL, top REAL NOT NULL, width REAL NOT NULL, height REAL NOT NULL,
    confidence REAL NOT NULL, user_id TEXT
);
CREATE INDEX IF NOT EXISTS faces_by_image ON faces (collection, image_id);
CREATE INDEX IF NOT EXISTS faces_by_user ON faces (collection, user_id);
"""


class Database:
    """One connection that several threads share.

    Args:
        directory: where to keep the file; None keeps everything in memory.

    Raises:
        SetUpError: the file has vectors of another model, which compare with none of this one's.
    """

    def __init__(self, directory: Path | None = None) -> None:
        if directory:
            directory.mkdir(parents=True, exist_ok=True)
        place = directory / "collections.sqlite3" if directory else ":memory:"
        self._connection = sqlite3.connect(place, check_same_thread=False, isolation_level=None)
        self._lock = threading.RLock()
        self._connection.executescript(_SCHEMA)
        for collection, model in self._connection.execute("SELECT collection, model FROM collections"):
            if model != FACE_MODEL_VERSION:
                raise SetUpError(
                    f"{place}: the collection {collection} was indexed with face model {model}, this is "
                    f"{FACE_MODEL_VERSION}. Use another directory, and index its photos again."
                )

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing of what happens inside, with no other thread between. An inner one joins the outer one."""
        with self._lock:
            if self._connection.in_transaction:
                yield self._connection
                return
            with self._connection:
                self._connection.execute("BEGIN")
                yield self._connection

    def close(self) -> None:
        """Ends the connection, after the transaction under way."""
        with self._lock:
            self._connection.close()
