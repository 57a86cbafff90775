"""Measure the hops of a capture on its way to an alert."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.common.times import from_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from lambdas.encounters.encounter import Encounter

# By metric name, with the start and end of each hop. The last one is the whole way.
HOPS = {
    "CapturedToReceived": ("captured_at", "received_at"),
    "ReceivedToStored": ("received_at", "stored_at"),
    "StoredToSearched": ("stored_at", "searched_at"),
    "SearchedToEncountered": ("searched_at", "encountered_at"),
    "EncounteredToAlerted": ("encountered_at", "alerted_at"),
    "CapturedToAlerted": ("captured_at", "alerted_at"),
}


def hops(instants: Mapping[str, datetime | None]) -> Iterator[tuple[str, float]]:
    """Yield each hop with two known ends, in milliseconds. A hop is never negative, even if a clock is ahead."""
    for name, (start, end) in HOPS.items():
        first, last = instants.get(start), instants.get(end)
        if first is not None and last is not None:
            yield name, max(0.0, round((last - first).total_seconds() * 1000, 1))


def hops_of(encounter: Encounter) -> Iterator[tuple[str, float]]:
    """Yield the hops so far of the capture that opened the encounter."""
    line = encounter.timeline
    known = {
        "captured_at": line.captured_at,
        "received_at": line.received_at,
        "stored_at": line.stored_at,
        "searched_at": line.searched_at,
        "encountered_at": line.encountered_at,
        "alerted_at": encounter.alerted_at,
    }
    return hops({name: from_text(text) if text else None for name, text in known.items()})
