"""Opens an SQLite file that holds faces: readable only by its owner, and overwritten where rows are deleted."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger()

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
# FULL: a queued message survives a power cut. MEMORY: no temporary files with faces elsewhere.
_OPTIONS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY;"


def open_database(path: Path, schema: str) -> sqlite3.Connection:
    """Open or create the database. Delete a damaged file, which the camera could not start with.

    Raises:
        OSError: the file belongs to somebody else.
        sqlite3.Error: it cannot be opened.
    """
    for old in path.parent.glob(f"{path.stem}.damaged-*"):  # earlier versions kept damaged files
        old.unlink()
    try:
        return _connect(path, schema)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in _DAMAGED:
            raise
        log.exception("the outbox file is damaged: deleted it and started a new one", file=str(path))
    for file in _files(path):
        file.unlink(missing_ok=True)
    return _connect(path, schema)


def _connect(path: Path, schema: str) -> sqlite3.Connection:
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    for file in _files(path):
        if file.exists():
            file.chmod(0o600)  # SQLite gives new files beside the database the same mode
    connection = sqlite3.connect(path, check_same_thread=False, timeout=10)
    try:
        connection.executescript(_OPTIONS + schema)
        _raise_if_damaged(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _raise_if_damaged(connection: sqlite3.Connection) -> None:
    with closing(connection.execute("PRAGMA quick_check(1)")) as rows:
        finding = rows.fetchone()[0]
    if finding != "ok":
        error = sqlite3.DatabaseError(finding)
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def _files(path: Path) -> list[Path]:
    return [path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")]
