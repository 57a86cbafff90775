"""The queue of messages to send: on disk, and in memory while the disk is full."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Self

from edge_device import clock
from edge_device.outbox.database import Entry, OutboxDatabase

if TYPE_CHECKING:
    from pathlib import Path

_MAX_IN_MEMORY = 200  # messages


class Outbox:
    """A queue that survives kill -9, a reboot and hours without a broker. Thread-safe.

    It keeps at most `max_bytes` of messages, none older than `max_age_s`. It drops the oldest first, and counts them.

    Raises:
        OSError: the folder cannot be created.
        sqlite3.Error: the file is not an outbox, or cannot be opened.
    """

    def __init__(self, path: Path, *, max_bytes: int = 500_000_000, max_age_s: float = 72 * 3600.0) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._max_bytes, self._max_age_s = max_bytes, max_age_s
        self._lock = threading.RLock()
        self._added = threading.Condition(self._lock)
        self._in_memory: deque[Entry] = deque()
        self._dropped_from_memory = 0
        self._sent_but_stored: list[str] = []  # capture ids that a full disk did not let us delete
        self._database = OutboxDatabase(path)
        self._sequence = self._database.counter("sequence")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def next_sequence(self) -> int:
        """Sequence number of this camera's next message; `put` saves it."""
        with self._lock:
            self._sequence += 1
            return self._sequence

    def put(self, capture_id: str, payload: bytes) -> None:
        """Queue a message. It is on disk when this returns, or in memory while the disk is full."""
        with self._added:
            self._in_memory.append(Entry(None, capture_id, payload, clock.wall_s(), 0))
            self._save_to_disk()
            while len(self._in_memory) > _MAX_IN_MEMORY:
                self._in_memory.popleft()
                self._dropped_from_memory += 1
            self._added.notify_all()

    def next_to_send(self, *, wait_s: float = 0.0) -> Entry | None:
        """The message with the fewest failed attempts, the newest first; waits up to `wait_s` if there is none."""
        with self._added:
            entry = self._next_to_send()
            if entry is None and wait_s and self._added.wait(wait_s):
                entry = self._next_to_send()
            return entry

    def mark_sent(self, entry: Entry) -> None:
        """Delete a message that the broker acknowledged."""
        with self._lock:
            self._remove_from_memory(entry)
            self._sent_but_stored.append(entry.capture_id)
            self._delete_sent()

    def mark_failed(self, entry: Entry) -> None:
        """Move a message that could not be sent behind the others."""
        with self._lock:
            for index, waiting in enumerate(self._in_memory):
                if waiting.capture_id == entry.capture_id:
                    self._in_memory[index] = replace(waiting, attempts=waiting.attempts + 1)
            self._database.count_attempt(entry.capture_id)

    def drop(self, entry: Entry) -> None:
        """Delete a message that the broker would never accept, and count it as dropped."""
        with self._lock:
            self._remove_from_memory(entry)
            self._database.drop(entry.capture_id)

    def drop_excess(self) -> int:
        """Drop messages beyond the maximum age or size; returns how many."""
        with self._lock:
            return self._database.drop_excess(max_bytes=self._max_bytes, max_age_s=self._max_age_s)

    def entries(self) -> list[Entry]:
        """All waiting messages in sending order."""
        with self._lock:
            return sorted([*reversed(self._in_memory), *self._database.entries()], key=attrgetter("attempts"))

    def __len__(self) -> int:
        with self._lock:
            return len(self._database) - len(self._sent_but_stored) + len(self._in_memory)

    @property
    def waiting_bytes(self) -> int:
        """Total size of the waiting messages."""
        with self._lock:
            return self._database.payload_bytes + sum(len(entry.payload) for entry in self._in_memory)

    @property
    def dropped(self) -> int:
        """Number of messages dropped since the file was created: too old, too large, or no space."""
        with self._lock:
            return self._database.counter("dropped") + self._dropped_from_memory

    @property
    def sent(self) -> int:
        """Number of messages acknowledged since the file was created."""
        with self._lock:
            return self._database.counter("sent") + len(self._sent_but_stored)

    def close(self) -> None:
        """Try once more to save what is in memory, then close the file."""
        with self._lock:
            self._save_to_disk()
            self._delete_sent()
            self._database.close()

    def _next_to_send(self) -> Entry | None:
        if self._sent_but_stored:
            self._delete_sent()
        self._database.erase_deleted()
        on_disk = self._database.first(excluding=self._sent_but_stored)
        # Those in memory are newer.
        waiting = [*reversed(self._in_memory), *([on_disk] if on_disk else [])]
        return min(waiting, key=attrgetter("attempts"), default=None)

    def _save_to_disk(self) -> None:
        while self._in_memory:
            if not self._database.save(self._in_memory[0], sequence=self._sequence):
                return
            self._in_memory.popleft()
        self.drop_excess()

    def _delete_sent(self) -> None:
        if self._sent_but_stored and self._database.delete_sent(self._sent_but_stored):
            self._sent_but_stored.clear()

    def _remove_from_memory(self, entry: Entry) -> None:
        self._in_memory = deque(other for other in self._in_memory if other.capture_id != entry.capture_id)
