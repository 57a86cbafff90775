"""The time of each hop, from the frame in the camera to the message in SNS."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from lambdas.common.times import from_text

_HOPS = {
    "captured_at": "captured",
    "received_at": "camera to IoT rule",
    "stored_at": "rule to detection bucket",
    "searched_at": "bucket to search answered",
    "encountered_at": "encounter written",
    "alerted_at": "alert accepted by SNS",
}


def hops_ms(encounter: dict[str, Any]) -> dict[str, int]:
    """Compute the milliseconds of each hop in the order of the flow, and their sum as "total"."""
    times = {**encounter["timeline"], "alerted_at": encounter["alerted_at"]}
    instants = {name: from_text(times[name]) for name in _HOPS}
    hops = {
        _HOPS[later]: round((instants[later] - instants[earlier]).total_seconds() * 1000)
        for earlier, later in pairwise(_HOPS)
    }
    return {**hops, "total": round((instants["alerted_at"] - instants["captured_at"]).total_seconds() * 1000)}


def draw_timeline(hops: dict[str, int]) -> list[str]:
    """Draw one line per hop: name, milliseconds, and a bar at its position in the total."""
    total, start, lines = max(hops["total"], 1), 0, []
    for hop, milliseconds in hops.items():
        if hop == "total":
            continue
        before, length = round(40 * start / total), max(1, round(40 * milliseconds / total))
        lines.append(f"{hop:28} {milliseconds:>6} ms  {' ' * before}{'█' * length}")
        start += milliseconds
    return [*lines, f"{'capture to SNS':28} {hops['total']:>6} ms"]
