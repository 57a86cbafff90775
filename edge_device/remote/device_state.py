"""The state of the device for health messages: memory, temperature, clock."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import Any

from edge_device import clock


def device_state() -> dict[str, Any]:
    """Read the device's state."""
    return {
        "memory_mb": _memory_mb(),
        "temperature_c": _temperature_c(),
        "clock_synced": clock.is_synced(),
        "device_up_s": round(clock.steady_s()),
    }


def _memory_mb() -> int:
    """Resident memory of the program (proc(5), statm counts pages). Where there is no /proc, its maximum so far."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize() // 1_000_000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_000_000  # macOS counts bytes


def _temperature_c() -> float | None:
    """Temperature of the hottest thermal zone; None on a device without any."""
    readings = []
    for zone in Path("/sys/class/thermal").glob("thermal_zone*/temp"):
        try:
            readings.append(int(zone.read_text()) / 1000)
        except (OSError, ValueError):  # some zones exist but cannot be read
            continue
    return max(readings, default=None)
