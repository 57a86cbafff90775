"""What the outbox leaves on the camera's disk: nothing of an acknowledged face, and nothing that others can read."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from edge_device.outbox.queue import Outbox

if TYPE_CHECKING:
    from pathlib import Path

MARK = b"a face that is nobody's business"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


def on_disk(path: Path) -> set[str]:
    """Names of the files in the outbox's folder that have a face in their raw bytes."""
    return {file.name for file in path.parent.iterdir() if MARK in file.read_bytes()}


def put(outbox: Outbox, *names: str, size: int = 40_000) -> None:
    for name in names:
        outbox.put(name, (MARK * (size // len(MARK) + 1))[:size])


def send_all(outbox: Outbox) -> None:
    while entry := outbox.next_to_send():
        outbox.mark_sent(entry)


@pytest.mark.parametrize("size", [100, 1000, 3000, 40_000])
def test_acknowledged_face_is_gone_while_the_outbox_is_open(path: Path, size: int) -> None:
    with Outbox(path) as outbox:
        put(outbox, *map(str, range(40)), size=size)
        assert on_disk(path)
        for _ in range(10):  # each failure rewrites a row
            failed = outbox.next_to_send()
            assert failed
            outbox.mark_failed(failed)
        send_all(outbox)
        assert on_disk(path) == set()


def test_expired_and_refused_faces_are_gone(path: Path) -> None:
    with Outbox(path, max_bytes=50_000) as outbox:
        put(outbox, "expired", "refused")
        entry = outbox.next_to_send()
        assert entry
        outbox.drop(entry)
        assert on_disk(path) == set()


@pytest.mark.parametrize("erased", [True, False], ids=["killed after erasing", "killed before erasing"])
def test_acknowledged_face_is_gone_after_kill_9_and_a_restart(path: Path, erased: bool) -> None:
    program = f"""
import os, pathlib, signal
from edge_device.outbox.database import OutboxDatabase
from edge_device.outbox.queue import Outbox
if not {erased}:
    OutboxDatabase.erase_deleted = lambda self: None
outbox = Outbox(pathlib.Path({str(path)!r}))
for number in range(5):
    outbox.put(str(number), {MARK!r} * 1000)
while entry := outbox.next_to_send():
    outbox.mark_sent(entry)
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -signal.SIGKILL
    assert bool(on_disk(path)) is not erased
    with Outbox(path) as outbox:
        assert on_disk(path) == set()
        assert outbox.sent == 5


def test_face_is_gone_when_another_reader_has_left(path: Path) -> None:
    with Outbox(path) as outbox, closing(sqlite3.connect(path)) as other:
        put(outbox, "a")
        rows = other.execute("SELECT * FROM outbox")
        rows.fetchone()
        other.execute("BEGIN")
        outbox._database._connection.execute("PRAGMA busy_timeout = 1")
        send_all(outbox)
        rows.close()
        other.close()
        assert outbox.next_to_send() is None
        assert on_disk(path) == set()


def damage_page(path: Path) -> None:
    """Overwrite the root of the table with the messages, as a failing card does."""
    with Outbox(path) as outbox:
        put(outbox, "a", "b")
    data = bytearray(path.read_bytes())
    with closing(sqlite3.connect(path)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'outbox'").fetchone()
        (page_size,) = connection.execute("PRAGMA page_size").fetchone()
    data[(root - 1) * page_size : root * page_size] = b"\xff" * page_size
    path.write_bytes(data)


def test_damaged_outbox_is_deleted_with_its_faces(path: Path) -> None:
    damage_page(path)
    (path.parent / "outbox.damaged-1764000000").write_bytes(MARK)  # as earlier versions left it
    assert len(on_disk(path)) == 2
    with Outbox(path) as outbox:
        assert on_disk(path) == set()
        put(outbox, "c")
        assert [entry.capture_id for entry in outbox.entries()] == ["c"]


def test_file_that_is_no_database_is_replaced(path: Path) -> None:
    path.write_bytes(MARK * 100)
    with Outbox(path) as outbox:
        put(outbox, "a")
        assert len(outbox) == 1
    assert sorted(file.name for file in path.parent.iterdir()) == ["outbox.db"]


@pytest.mark.parametrize("before", ["nothing", "readable", "damaged"])
def test_files_are_readable_only_by_their_owner(path: Path, before: str) -> None:
    old_mask = os.umask(0o022)
    try:
        if before == "readable":
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
            path.chmod(0o644)
        elif before == "damaged":
            path.write_bytes(b"no database" * 1000)
        with Outbox(path) as outbox:
            put(outbox, "a")
            modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    finally:
        os.umask(old_mask)
    assert modes == {"outbox.db": 0o600, "outbox.db-wal": 0o600, "outbox.db-shm": 0o600}
