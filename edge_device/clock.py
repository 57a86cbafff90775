"""The device's clocks: wall time, whether it is synchronized, and a monotonic time. Works on Linux and macOS."""

from __future__ import annotations

import ctypes
import subprocess
import time
from functools import cache
from pathlib import Path

_TIME_ERROR = 5  # adjtimex(2) returns this while the clock is not synchronized
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def wall_s() -> float:
    """Epoch time in seconds. It jumps when a time service corrects it."""
    return time.time()


def steady_s() -> float:
    """Seconds since the device booted. It never jumps, and includes the time in suspend."""
    # On macOS, CLOCK_MONOTONIC includes the time in suspend.
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@cache
def boot_id() -> str:
    """Identifier of this boot. Steady times of two boots must not be compared."""
    if _BOOT_ID.exists():
        return _BOOT_ID.read_text().strip()
    command = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - macOS's own


def is_synced() -> bool:
    """Whether a time service (chrony, systemd-timesyncd, ntpd) synchronizes the clock, according to the kernel.

    False where the kernel does not tell, as on macOS: there, `trust_clock` says that the clock is right.
    """
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "adjtimex"):
        return False
    # struct timex has 208 bytes on 64-bit Linux. All zero only reads the state (adjtimex(2)).
    return bool(libc.adjtimex(ctypes.create_string_buffer(512)) not in {-1, _TIME_ERROR})
