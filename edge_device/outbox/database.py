"""The SQLite file behind the outbox: one row per waiting message, and the counters."""

from __future__ import annotations

import contextlib
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from itertools import starmap
from typing import TYPE_CHECKING

import structlog

from edge_device import clock
from edge_device.outbox.private_database import open_database

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

log = structlog.get_logger()

# `topic` is unused, and NOT NULL in existing files. A waiting message may outlive the thing that may use its topic.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, capture_id TEXT NOT NULL UNIQUE, topic TEXT NOT NULL, payload BLOB NOT NULL,
    queued_wall_s REAL NOT NULL, queued_steady_s REAL NOT NULL, boot_id TEXT NOT NULL, clock_synced INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS sending_order ON outbox (attempts, id);
INSERT OR IGNORE INTO counters VALUES ('sequence', 0), ('dropped', 0), ('sent', 0);
"""
_INSERT = """
INSERT OR IGNORE INTO outbox (capture_id, topic, payload, queued_wall_s, queued_steady_s, boot_id, clock_synced)
VALUES (?, '', ?, ?, ?, ?, ?)
"""
# Messages that failed more often come later, so that one bad message does not block the others.
# After an outage, who passes now must not wait for who passed then.
_IN_SENDING_ORDER = "SELECT id, capture_id, payload, queued_wall_s, attempts FROM outbox ORDER BY attempts, id DESC"
# An age is known within one boot, or across boots if a time service had set the clock both times.
_TOO_OLD = """
SELECT id FROM outbox WHERE (boot_id = :boot_id AND :steady_s - queued_steady_s > :max_age_s)
OR (boot_id <> :boot_id AND clock_synced AND :clock_synced AND :wall_s - queued_wall_s > :max_age_s)
"""
_TOO_MANY = """
SELECT id FROM (SELECT id, SUM(LENGTH(payload)) OVER (ORDER BY id DESC) AS newer_bytes FROM outbox)
WHERE newer_bytes > ?
"""
_DELETE = "DELETE FROM outbox WHERE capture_id = ?"
_COUNT_DROPPED = "UPDATE counters SET value = value + ? WHERE name = 'dropped'"


@dataclass(frozen=True)
class Entry:
    """One waiting message. `id` is None while the disk is full and the message waits in memory."""

    id: int | None
    capture_id: str
    payload: bytes
    queued_wall_s: float
    attempts: int


class OutboxDatabase:
    """Stores waiting messages. Each write is one transaction, and returns False when the disk is full.

    Deleted messages are overwritten with zeros, and erased from the write-ahead log.

    Not safe to use from several threads at once: `Outbox` holds the lock.

    Raises:
        sqlite3.Error: the file is not an outbox, or cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._boot_id = clock.boot_id()
        self._connection = open_database(path, _SCHEMA)
        self._must_erase = True  # a killed program may have left deleted messages in the write-ahead log
        self.erase_deleted()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def save(self, entry: Entry, *, sequence: int) -> bool:
        """Insert a message and save the camera's sequence number. A capture that is already stored is ignored."""
        message = (entry.capture_id, entry.payload, entry.queued_wall_s)
        return self._write(
            (_INSERT, (*message, clock.steady_s(), self._boot_id, clock.is_synced())),
            ("UPDATE counters SET value = ? WHERE name = 'sequence'", (sequence,)),
        )

    def delete_sent(self, capture_ids: Collection[str]) -> bool:
        """Delete messages that the broker acknowledged, and count them."""
        return self._delete(
            *((_DELETE, (capture_id,)) for capture_id in capture_ids),
            ("UPDATE counters SET value = value + ? WHERE name = 'sent'", (len(capture_ids),)),
        )

    def drop(self, capture_id: str) -> bool:
        """Delete a message that can never be sent, and count it."""
        return self._delete((_DELETE, (capture_id,)), (_COUNT_DROPPED, (1,)))

    def drop_excess(self, *, max_bytes: int, max_age_s: float) -> int:
        """Delete messages older than `max_age_s`, and the oldest beyond `max_bytes`; returns how many."""
        now = {"steady_s": clock.steady_s(), "wall_s": clock.wall_s(), "clock_synced": clock.is_synced()}
        too_old = self._connection.execute(_TOO_OLD, {**now, "boot_id": self._boot_id, "max_age_s": max_age_s})
        too_many = self._connection.execute(_TOO_MANY, (max_bytes,))
        excess = {row for (row,) in (*too_old, *too_many)}
        if excess:
            self._delete(
                *(("DELETE FROM outbox WHERE id = ?", (row,)) for row in sorted(excess)),
                (_COUNT_DROPPED, (len(excess),)),
            )
        return len(excess)

    def erase_deleted(self) -> None:
        """Erase deleted messages from the write-ahead log. Does nothing if it has none.

        Another program that reads the outbox, or a full disk, can prevent it. Then a later call does it.
        """
        if self._must_erase:
            with contextlib.suppress(sqlite3.OperationalError):
                self._must_erase = bool(self._value("PRAGMA wal_checkpoint(TRUNCATE)"))

    def count_attempt(self, capture_id: str) -> bool:
        """Count a failed attempt to send a message, which moves it behind the others."""
        return self._write(("UPDATE outbox SET attempts = attempts + 1 WHERE capture_id = ?", (capture_id,)))

    def entries(self) -> list[Entry]:
        """All messages in sending order."""
        return list(starmap(Entry, self._connection.execute(_IN_SENDING_ORDER)))

    def first(self, *, excluding: Iterable[str]) -> Entry | None:
        """The first message in sending order that is not one of `excluding`."""
        with closing(self._connection.execute(_IN_SENDING_ORDER)) as rows:
            return next((entry for entry in starmap(Entry, rows) if entry.capture_id not in excluding), None)

    def __len__(self) -> int:
        return int(self._value("SELECT COUNT(*) FROM outbox"))

    @property
    def payload_bytes(self) -> int:
        """Total size of the messages."""
        return int(self._value("SELECT COALESCE(SUM(LENGTH(payload)), 0) FROM outbox"))

    def counter(self, name: str) -> int:
        """Value of the counter `sequence`, `dropped` or `sent`."""
        return int(self._value("SELECT value FROM counters WHERE name = ?", name))

    def _delete(self, *statements: tuple[str, tuple[object, ...]]) -> bool:
        written = self._write(*statements)
        self._must_erase |= written
        self.erase_deleted()
        return written

    def _write(self, *statements: tuple[str, tuple[object, ...]]) -> bool:
        try:
            with self._connection:
                for statement, values in statements:
                    self._connection.execute(statement, values)
        except sqlite3.OperationalError as error:
            # The low byte is the primary code: SQLITE_IOERR_WRITE, for example, is a kind of SQLITE_IOERR.
            if error.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY}:
                raise
            log.warning("cannot write to the outbox, new messages wait in memory", reason=str(error))
            return False
        return True

    def _value(self, query: str, *values: object) -> int | float:
        with closing(self._connection.execute(query, values)) as rows:
            value: int | float = rows.fetchone()[0]
            return value
