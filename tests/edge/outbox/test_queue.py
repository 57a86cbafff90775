"""The outbox keeps each queued message until it is sent, or counts it as dropped."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from edge_device import clock
from edge_device.outbox.queue import Outbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

YEARS = 365 * 86400.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


@pytest.fixture
def outbox(path: Path) -> Iterator[Outbox]:
    with Outbox(path) as outbox:
        yield outbox


def fill(outbox: Outbox, *names: str, size: int = 1000) -> None:
    for name in names:
        outbox.put(name, name.encode().ljust(size, b"."))


def waiting(outbox: Outbox) -> list[str]:
    return [entry.capture_id for entry in outbox.entries()]


def allow_pages(outbox: Outbox, pages: int) -> None:
    """Limit the file's size: SQLite then fails as on a full disk."""
    outbox._database._connection.execute(f"PRAGMA max_page_count={pages}")


def shift(monkeypatch: pytest.MonkeyPatch, name: str, by_s: float) -> None:
    """Shift a clock from now on."""
    true_time = getattr(clock, name)
    monkeypatch.setattr(clock, name, lambda: true_time() + by_s)


def test_messages_are_sent_once_and_the_newest_first(outbox: Outbox) -> None:
    fill(outbox, "a", "b", "c")
    sent = []
    while entry := outbox.next_to_send():
        sent.append(entry.capture_id)
        outbox.mark_sent(entry)
    assert sent == ["c", "b", "a"]
    assert (len(outbox), outbox.sent, outbox.waiting_bytes) == (0, 3, 0)


def test_failed_message_stays_but_does_not_block_the_others(outbox: Outbox) -> None:
    fill(outbox, "other", "refused")
    refused = outbox.next_to_send()
    assert refused
    outbox.mark_failed(refused)
    other = outbox.next_to_send()
    assert other
    assert other.capture_id == "other"
    outbox.mark_sent(other)
    assert waiting(outbox) == ["refused"]


def test_same_capture_is_queued_once(outbox: Outbox) -> None:
    fill(outbox, "a", "a")
    assert waiting(outbox) == ["a"]


def test_kill_9_loses_no_queued_message(path: Path) -> None:
    program = f"""
import itertools, pathlib
from edge_device.outbox.queue import Outbox
outbox = Outbox(pathlib.Path({str(path)!r}))
for number in itertools.count():
    outbox.next_sequence()
    outbox.put(f"capture-{{number}}", bytes(20_000))
    print(f"capture-{{number}}", flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        queued = [process.stdout.readline().strip() for _ in range(50)]
        process.send_signal(signal.SIGKILL)
        queued += process.stdout.read().split()
    with Outbox(path) as outbox:
        assert waiting(outbox)[::-1][: len(queued)] == queued
        assert outbox.next_sequence() > len(queued)


def test_oldest_messages_above_the_size_limit_are_dropped(path: Path) -> None:
    with Outbox(path, max_bytes=3000) as outbox:
        fill(outbox, "a", "b", "c", "d", "e")
        assert waiting(outbox) == ["e", "d", "c"]
        assert outbox.dropped == 2
    with Outbox(path) as outbox:
        assert outbox.dropped == 2


def test_messages_above_the_age_limit_are_dropped(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Outbox(path, max_age_s=3600) as outbox:
        fill(outbox, "a")
        shift(monkeypatch, "steady_s", 3601)
        fill(outbox, "b")
        assert waiting(outbox) == ["b"]
        assert outbox.dropped == 1


@pytest.mark.parametrize("jump_s", [50 * YEARS, -50 * YEARS])
def test_clock_jump_drops_nothing_and_keeps_the_order(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch, jump_s: float
) -> None:
    fill(outbox, "a", "b")
    shift(monkeypatch, "wall_s", jump_s)
    monkeypatch.setattr(clock, "is_synced", lambda: True)
    fill(outbox, "c")
    assert waiting(outbox) == ["c", "b", "a"]
    assert outbox.dropped == 0


@pytest.mark.parametrize(("synced", "left"), [(True, []), (False, ["a"])])
def test_age_across_boots_counts_only_with_a_synced_clock(
    path: Path, monkeypatch: pytest.MonkeyPatch, synced: bool, left: list[str]
) -> None:
    monkeypatch.setattr(clock, "is_synced", lambda: synced)
    with Outbox(path) as outbox:
        fill(outbox, "a")
    monkeypatch.setattr(clock, "boot_id", lambda: "the next start")
    shift(monkeypatch, "wall_s", 100 * 3600)
    monkeypatch.setattr(clock, "is_synced", lambda: True)
    with Outbox(path, max_age_s=72 * 3600) as outbox:
        outbox.drop_excess()
        assert waiting(outbox) == left


def test_messages_wait_in_memory_while_the_disk_is_full(path: Path) -> None:
    with Outbox(path) as outbox:
        fill(outbox, "a")
        allow_pages(outbox, 1)
        fill(outbox, "b", "c", size=50_000)
        assert waiting(outbox) == ["c", "b", "a"]
        allow_pages(outbox, 1_000_000)
        fill(outbox, "d")
    with Outbox(path) as outbox:
        assert waiting(outbox) == ["d", "c", "b", "a"]


def test_full_disk_neither_stops_sending_nor_sends_twice(path: Path) -> None:
    with Outbox(path) as outbox:
        fill(outbox, "a")
        allow_pages(outbox, 1)
        fill(outbox, "b", "c", size=50_000)
        sent = []
        while entry := outbox.next_to_send():
            sent.append(entry.capture_id)
            outbox.mark_sent(entry)
        assert sent == ["c", "b", "a"]
        assert len(outbox) == 0


def test_failed_message_in_memory_blocks_no_other(path: Path) -> None:
    with Outbox(path) as outbox:
        fill(outbox, "a")
        allow_pages(outbox, 1)
        fill(outbox, "b", "refused", size=50_000)
        tried = []
        for _ in range(3):
            entry = outbox.next_to_send()
            assert entry
            tried.append(entry.capture_id)
            outbox.mark_failed(entry) if entry.capture_id == "refused" else outbox.mark_sent(entry)
        assert tried == ["refused", "b", "a"]
        assert waiting(outbox) == ["refused"]


def test_messages_in_memory_are_limited(path: Path) -> None:
    with Outbox(path) as outbox:
        allow_pages(outbox, 1)
        fill(outbox, *(str(number) for number in range(250)), size=50_000)
        assert len(outbox) == 200
        assert outbox.dropped == 50
        assert waiting(outbox)[0] == "249"


def test_waiting_for_a_message_ends_when_one_is_queued(outbox: Outbox) -> None:
    found = []
    waiter = threading.Thread(target=lambda: found.append(outbox.next_to_send(wait_s=30)))
    waiter.start()
    fill(outbox, "a")
    waiter.join(5)
    assert [entry.capture_id for entry in found if entry] == ["a"]
