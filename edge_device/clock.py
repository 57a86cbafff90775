"""The device's clocks: wall time and whether to believe it, and a time that never jumps."""

from __future__ import annotations

import ctypes
import time
from pathlib import Path

_TIME_ERROR = 5  # what adjtimex(2) returns while no time service has set the clock


def wall_s() -> float:
    """Epoch time in seconds; it may jump when a time service corrects it."""
    return time.time()


def steady_s() -> float:
    """Seconds since the device started; it never jumps, and goes on while the device sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def boot_id() -> str:
    """Different after each start of the device: steady times of two starts must not be compared."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def is_synced() -> bool:
    """Whether a time service (chrony, systemd-timesyncd, ntpd) keeps the clock right, as the kernel knows it."""
    libc = ctypes.CDLL(None)
    # struct timex is 208 bytes on 64-bit Linux; all zero asks without changing anything (adjtimex(2)).
    return bool(libc.adjtimex(ctypes.create_string_buffer(512)) not in {-1, _TIME_ERROR})
