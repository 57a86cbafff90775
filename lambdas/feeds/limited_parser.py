"""Read a feed in a process of its own, so that a hostile feed costs a limited time and memory."""

from __future__ import annotations

import multiprocessing
import resource
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from lambdas.feeds.entries import Entry, UnreadableFeedError, read_entries

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_TIME_LIMIT_S = 30.0
_MEMORY_LIMIT = 500_000_000  # in addition to what the function uses
_MEMORY_USED = Path("/proc/self/statm")
# Lambda has no shared memory, but pipes. A fork needs no new interpreter and no imports.
_processes = multiprocessing.get_context("fork")


class ParsedFeed(msgspec.Struct, kw_only=True):
    """The entries of a feed, and the count of what was left out by reason. `fault` says why the feed is unreadable."""

    entries: list[Entry] = []
    skipped: dict[str, int] = {}
    fault: str | None = None


def parse_feed(body: bytes, *, url: str, time_limit_s: float = _TIME_LIMIT_S) -> ParsedFeed:
    """Read a feed as `read_entries` does, within limits.

    Raises:
        UnreadableFeedError: the body is no feed, or reading it takes too long or too much memory.
    """
    receiving, sending = _processes.Pipe(duplex=False)
    child = _processes.Process(target=_parse, args=(sending, body, url), daemon=True)
    child.start()
    sending.close()
    try:
        if not receiving.poll(time_limit_s):
            raise UnreadableFeedError(f"reading the feed takes longer than {time_limit_s:g} s")
        parsed = msgspec.json.decode(receiving.recv_bytes(), type=ParsedFeed)
    except EOFError:
        raise UnreadableFeedError("reading the feed takes too much memory") from None
    finally:
        child.kill()
        child.join()
        receiving.close()
    if parsed.fault is not None:
        raise UnreadableFeedError(parsed.fault)
    return parsed


def _parse(sending: Connection, body: bytes, url: str) -> None:
    _limit_memory()
    skipped: Counter[str] = Counter()
    try:
        parsed = ParsedFeed(entries=read_entries(body, url=url, skipped=skipped), skipped=dict(skipped))
    except UnreadableFeedError as error:
        parsed = ParsedFeed(fault=str(error)[:1_000])
    sending.send_bytes(msgspec.json.encode(parsed))


def _limit_memory() -> None:
    if _MEMORY_USED.exists():
        used = int(_MEMORY_USED.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + _MEMORY_LIMIT, used + _MEMORY_LIMIT))
