"""The device's clocks: wall time, whether it is synchronized, and a monotonic time."""

from __future__ import annotations

import ctypes
import time
from pathlib import Path

_TIME_ERROR = 5  # adjtimex(2) returns this while the clock is not synchronized


def wall_s() -> float:
    """Epoch time in seconds. It jumps when a time service corrects it."""
    return time.time()


def steady_s() -> float:
    """Seconds since the device booted. It never jumps, and includes the time in suspend."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def boot_id() -> str:
    """Identifier of this boot. Steady times of two boots must not be compared."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def is_synced() -> bool:
    """Whether a time service (chrony, systemd-timesyncd, ntpd) synchronizes the clock, according to the kernel."""
    libc = ctypes.CDLL(None)
    # struct timex has 208 bytes on 64-bit Linux. All zero only reads the state (adjtimex(2)).
    return bool(libc.adjtimex(ctypes.create_string_buffer(512)) not in {-1, _TIME_ERROR})
