"""The SQLite database that stores collections: in memory, or in a file that survives a restart."""

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
CREATE TABLE IF NOT EXISTS tags (
    collection TEXT NOT NULL REFERENCES collections ON DELETE CASCADE, key TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (collection, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS faces (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    collection TEXT NOT NULL REFERENCES collections ON DELETE CASCADE,
    vector BLOB NOT NULL,
    face_id TEXT NOT NULL UNIQUE, image_id TEXT NOT NULL, external_image_id TEXT,
    left REAL NOT NULL, top REAL NOT NULL, width REAL NOT NULL, height REAL NOT NULL,
    confidence REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS faces_by_image ON faces (collection, image_id);
"""


class Database:
    """One SQLite connection, shared by threads.

    Args:
        directory: Folder of the database file; None keeps the database in memory.

    Raises:
        SetUpError: The file holds vectors of another face model. They cannot be compared with this model's vectors.
    """

    def __init__(self, directory: Path | None = None) -> None:
        if directory:
            directory.mkdir(parents=True, exist_ok=True)
        location = directory / "collections.sqlite3" if directory else ":memory:"
        self._connection = sqlite3.connect(location, check_same_thread=False, isolation_level=None)
        self._lock = threading.RLock()
        self._connection.executescript(_SCHEMA)
        for collection, model in self._connection.execute("SELECT collection, model FROM collections"):
            if model != FACE_MODEL_VERSION:
                raise SetUpError(
                    f"{location}: the collection {collection} was indexed with face model {model}, this is "
                    f"{FACE_MODEL_VERSION}. Use another directory, and index its photos again."
                )

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run the block in an exclusive transaction; a nested transaction joins the outer one."""
        with self._lock:
            if self._connection.in_transaction:
                yield self._connection
                return
            with self._connection:
                self._connection.execute("BEGIN")
                yield self._connection

    def close(self) -> None:
        """Close the connection after the current transaction."""
        with self._lock:
            self._connection.close()
