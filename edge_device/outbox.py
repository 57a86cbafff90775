"""The messages that wait to be sent, on disk: a row is deleted only when the broker has acknowledged it."""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from contextlib import closing
from dataclasses import dataclass
from itertools import starmap
from typing import TYPE_CHECKING, Self

import structlog

from edge_device import clock

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger()

_SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, capture_id TEXT NOT NULL UNIQUE, topic TEXT NOT NULL, payload BLOB NOT NULL,
    queued_wall_s REAL NOT NULL, queued_steady_s REAL NOT NULL, boot_id TEXT NOT NULL, clock_synced INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT OR IGNORE INTO counters VALUES ('sequence', 0), ('dropped', 0), ('sent', 0);
"""
_COLUMNS = "capture_id, topic, payload, queued_wall_s, queued_steady_s, boot_id, clock_synced"
_ENTRY = "id, capture_id, topic, payload, queued_wall_s, attempts"
_MOST_IN_MEMORY = 200  # messages; what waits in memory while the disk is full


@dataclass(frozen=True)
class Entry:
    """One waiting message. `id` is None while the disk is full and it waits in memory."""

    id: int | None
    capture_id: str
    topic: str
    payload: bytes
    queued_wall_s: float
    attempts: int


class Outbox:
    """A queue in an SQLite file that survives kill -9, a reboot and hours without a broker.

    It keeps at most `most_bytes` of messages, none older than `oldest_s`: what is beyond either is dropped, the oldest
    first, and counted. Safe to use from several threads.

    Raises:
        OSError: the folder cannot be made.
        sqlite3.Error: the file is no outbox, or cannot be opened.
    """

    def __init__(self, path: Path, *, most_bytes: int = 500_000_000, oldest_s: float = 72 * 3600.0) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        self.path = path
        self._most_bytes, self._oldest_s = most_bytes, oldest_s
        self._lock = threading.RLock()
        self._added = threading.Condition(self._lock)
        self._boot_id = clock.boot_id()
        self._in_memory: deque[Entry] = deque()
        self._dropped_unsaved = 0
        self._acknowledged: list[str] = []  # not yet deleted, because the disk did not let us
        self._database = _open(path)
        self._sequence = self._counter("sequence")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def next_sequence(self) -> int:
        """The number of the next message of this camera; saved with the message."""
        with self._lock:
            self._sequence += 1
            return self._sequence

    def put(self, capture_id: str, topic: str, payload: bytes) -> None:
        """Queue a message, on disk when this returns; in memory while the disk is full."""
        with self._added:
            self._in_memory.append(Entry(None, capture_id, topic, payload, clock.wall_s(), 0))
            self._to_disk()
            while len(self._in_memory) > _MOST_IN_MEMORY:
                self._in_memory.popleft()
                self._dropped_unsaved += 1
            self._added.notify_all()

    def oldest(self, *, wait_s: float = 0.0) -> Entry | None:
        """The message to send next: the oldest of those that were tried least often. Waits for one to be queued."""
        with self._added:
            entry = self._oldest()
            if entry is None and wait_s and self._added.wait(wait_s):
                entry = self._oldest()
            return entry

    def acknowledged(self, entry: Entry) -> None:
        """The broker has the message: delete it."""
        with self._lock:
            self._in_memory = deque(other for other in self._in_memory if other.capture_id != entry.capture_id)
            self._acknowledged.append(entry.capture_id)
            self._delete_acknowledged()

    def given_up(self, entry: Entry) -> None:
        """The broker will never take the message: delete it, and count it as dropped."""
        with self._lock:
            self._in_memory = deque(other for other in self._in_memory if other.capture_id != entry.capture_id)
            self._write(
                ("DELETE FROM outbox WHERE capture_id = ?", (entry.capture_id,)),
                ("UPDATE counters SET value = value + 1 WHERE name = 'dropped'", ()),
            )

    def failed(self, entry: Entry) -> None:
        """Sending did not succeed: let the others go first, so that one bad message holds up none."""
        with self._lock:
            self._write(("UPDATE outbox SET attempts = attempts + 1 WHERE capture_id = ?", (entry.capture_id,)))

    def entries(self) -> list[Entry]:
        """All waiting messages in the order of sending."""
        with self._lock:
            rows = self._database.execute(f"SELECT {_ENTRY} FROM outbox ORDER BY attempts, id")  # noqa: S608 - a constant
            return list(starmap(Entry, rows)) + list(self._in_memory)

    def __len__(self) -> int:
        with self._lock:
            on_disk = int(self._one("SELECT COUNT(*) FROM outbox"))
            return on_disk - len(self._acknowledged) + len(self._in_memory)

    @property
    def waiting_bytes(self) -> int:
        """The size of all waiting messages."""
        with self._lock:
            on_disk = int(self._one("SELECT COALESCE(SUM(LENGTH(payload)), 0) FROM outbox"))
            return on_disk + sum(len(entry.payload) for entry in self._in_memory)

    @property
    def dropped(self) -> int:
        """How many messages were given up since the outbox was made: too old, too large, or no room."""
        return self._counter("dropped") + self._dropped_unsaved

    @property
    def sent(self) -> int:
        """How many messages were acknowledged since the outbox was made."""
        return self._counter("sent") + len(self._acknowledged)

    def drop_excess(self) -> int:
        """Give up messages that are too old or too many; returns how many."""
        with self._lock:
            excess = self._too_old() + self._too_many()
            self._write(
                *(("DELETE FROM outbox WHERE id = ?", (row,)) for row in dict.fromkeys(excess)),
                ("UPDATE counters SET value = value + ? WHERE name = 'dropped'", (len(set(excess)),)),
            )
            return len(set(excess))

    def close(self) -> None:
        """Close the file; what waits in memory because the disk was full gets a last chance."""
        with self._lock:
            self._to_disk()
            self._delete_acknowledged()
            self._database.close()

    def _delete_acknowledged(self) -> None:
        if self._write(
            *(("DELETE FROM outbox WHERE capture_id = ?", (capture_id,)) for capture_id in self._acknowledged),
            ("UPDATE counters SET value = value + ? WHERE name = 'sent'", (len(self._acknowledged),)),
        ):
            self._acknowledged.clear()

    def _to_disk(self) -> None:
        while self._in_memory:
            entry = self._in_memory[0]
            values = (entry.capture_id, entry.topic, entry.payload, entry.queued_wall_s, clock.steady_s())
            saved = self._write(
                (
                    f"INSERT OR IGNORE INTO outbox ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - a constant
                    (*values, self._boot_id, clock.is_synced()),
                ),
                ("UPDATE counters SET value = ? WHERE name = 'sequence'", (self._sequence,)),
            )
            if not saved:
                return
            self._in_memory.popleft()
        self.drop_excess()

    def _write(self, *statements: tuple[str, tuple[object, ...]]) -> bool:
        """Run the statements in one transaction; False where the disk is full or does not take them."""
        try:
            with self._database:
                for statement, values in statements:
                    self._database.execute(statement, values)
        except sqlite3.OperationalError as error:
            # The low byte is the primary code: SQLITE_IOERR_WRITE, for example, is a kind of SQLITE_IOERR.
            if error.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY}:
                raise
            log.warning("the outbox cannot be written, messages wait in memory", reason=str(error))
            return False
        return True

    def _oldest(self) -> Entry | None:
        query = f"SELECT {_ENTRY} FROM outbox ORDER BY attempts, id"  # noqa: S608 - a constant
        with closing(self._database.execute(query)) as rows:
            on_disk = (entry for entry in starmap(Entry, rows) if entry.capture_id not in self._acknowledged)
            return next(on_disk, self._in_memory[0] if self._in_memory else None)

    def _too_old(self) -> list[int]:
        """An age is known within one start of the device, or between two times of a clock that was set both times."""
        same_boot = "boot_id = ? AND ? - queued_steady_s > ?"
        other_boot = "boot_id <> ? AND clock_synced AND ? AND ? - queued_wall_s > ?"
        rows = self._database.execute(
            f"SELECT id FROM outbox WHERE ({same_boot}) OR ({other_boot})",  # noqa: S608 - no input in it
            (
                *(self._boot_id, clock.steady_s(), self._oldest_s),
                *(self._boot_id, clock.is_synced(), clock.wall_s(), self._oldest_s),
            ),
        )
        return [row for (row,) in rows]

    def _too_many(self) -> list[int]:
        rows = self._database.execute(
            "SELECT id FROM (SELECT id, SUM(LENGTH(payload)) OVER (ORDER BY id DESC) AS newer_bytes FROM outbox)"
            " WHERE newer_bytes > ?",
            (self._most_bytes,),
        )
        return [row for (row,) in rows]

    def _counter(self, name: str) -> int:
        with self._lock:
            return int(self._one("SELECT value FROM counters WHERE name = ?", name))

    def _one(self, query: str, *values: object) -> int | float:
        with closing(self._database.execute(query, values)) as rows:
            value: int | float = rows.fetchone()[0]
            return value


def _open(path: Path) -> sqlite3.Connection:
    """The database, made if it is not there; a damaged one is put aside, or the camera would never start again."""
    try:
        return _connect(path)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode not in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            raise
        damaged = path.with_suffix(f".damaged-{int(clock.wall_s())}")
        path.rename(damaged)
        log.exception("the outbox is damaged and was put aside; a new one is begun", file=str(damaged))
        return _connect(path)


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, check_same_thread=False, timeout=10)
    # FULL: a power cut must not take back a message that was queued. secure_delete: sent faces are overwritten.
    database.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; {_SCHEMA}")
    return database
