"""A webcam or network camera: a child process reads the newest frame, and is replaced when it hangs."""

from __future__ import annotations

import contextlib
import mmap
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import numpy as np
import structlog

from edge_device import clock
from edge_device.cameras import CameraError
from edge_device.cameras.capture_child import SLOT_BYTES, SLOTS
from edge_device.cameras.local_cameras import connected_cameras, missing_device
from edge_device.cameras.stream_address import playable, redacted
from edge_device.core.face import Frame

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from numpy.typing import NDArray

log = structlog.get_logger()

_POLL_S = 0.5
_REASONS = {3: "it gives no frames", 4: "its frames are larger than 3840x2160"}


@dataclass(frozen=True)
class _Announced:
    """A frame in the shared memory."""

    slot: int
    number: int
    width: int
    height: int
    steady_s: float
    wall_s: float


@dataclass
class LiveCamera:
    """A live camera. It drops frames that the caller does not take in time, and frames older than `stale_s`.

    A child that gives no first frame for `open_s`, or no later one for `hang_s`, is killed, and restarted after a
    backoff of 1 to 30 s. The camera fails after `timeout_s` without a frame; with None it retries forever.
    """

    source: str
    stale_s: float = 2.0
    open_s: float = 20.0  # longer than `hang_s`: a small computer needs seconds to start the child and to connect
    hang_s: float = 10.0
    timeout_s: float | None = None
    trust_clock: bool = False

    def frames(self) -> Generator[Frame | None, None, None]:
        """Yield the newest frame, or None while there is none.

        Raises:
            CameraError: no frame for `timeout_s`, or with it, no such device.
        """
        restarts, alive_s = 0, clock.steady_s()
        if self.timeout_s is not None and (device := missing_device(self.source)):
            raise CameraError(f"{self.source}: there is no {device}. {connected_cameras()}")
        while True:
            child = _Child(self.source)
            try:
                for frame in self._frames_of(child):
                    if frame:
                        restarts, alive_s = 0, clock.steady_s()
                    yield frame
            finally:
                child.kill()
            reason = child.reason()
            log.warning("the camera gives no frames, will reopen it", source=redacted(self.source), reason=reason)
            pause_s, left_s = min(30.0, 2.0**restarts), 30.0
            if self.timeout_s is not None:
                left_s = alive_s + self.timeout_s - clock.steady_s()
                if left_s <= 0:
                    raise CameraError(f"{redacted(self.source)}: {reason}. {_advice(self.source)}")
            retry_at_s = clock.steady_s() + min(pause_s, left_s)
            while clock.steady_s() < retry_at_s:
                time.sleep(min(_POLL_S, retry_at_s - clock.steady_s()))
                yield None
            restarts += 1

    def _frames_of(self, child: _Child) -> Iterator[Frame | None]:
        """Yield frames until the child hangs or ends."""
        taken, alive_s = -1, clock.steady_s()
        patience_s = self.open_s
        while not child.ended and clock.steady_s() - alive_s < patience_s:
            announced = child.newest(after=taken, timeout_s=min(_POLL_S, patience_s))
            if not announced:
                yield None
                continue
            alive_s, patience_s = clock.steady_s(), self.hang_s
            image = child.image(announced)
            taken = announced.number
            if image is not None and clock.steady_s() - announced.steady_s <= self.stale_s:
                synced = self.trust_clock or clock.is_synced()
                yield Frame(image, announced.steady_s, announced.wall_s, synced)


class _Child:
    """The child process, the shared memory, and a thread that reads which frame is the newest."""

    def __init__(self, source: str) -> None:
        descriptor = _memory_file()
        os.ftruncate(descriptor, SLOTS * SLOT_BYTES)
        self._memory = mmap.mmap(descriptor, SLOTS * SLOT_BYTES)
        command = [sys.executable, "-m", "edge_device.cameras.capture_child", str(descriptor)]
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=[descriptor],
            text=True,
        )
        os.close(descriptor)
        _send(self._process.stdin, playable(source))
        self._changed = threading.Condition()
        self._newest: _Announced | None = None
        self.ended = False
        threading.Thread(target=self._listen, daemon=True).start()

    def newest(self, *, after: int, timeout_s: float) -> _Announced | None:
        """Wait for a frame later than number `after`; None on timeout, or if the child has ended."""
        with self._changed:
            self._changed.wait_for(lambda: self.ended or (self._newest and self._newest.number > after), timeout_s)
            return self._newest if self._newest and self._newest.number > after else None

    def image(self, announced: _Announced) -> NDArray[np.uint8] | None:
        """Copy a frame; None if the child has overwritten it meanwhile."""
        shape = (announced.height, announced.width, 3)
        copied = np.ndarray(shape, np.uint8, self._memory, announced.slot * SLOT_BYTES).copy()
        overwritten = self._newest is not None and self._newest.number >= announced.number + SLOTS - 1
        return None if overwritten else copied

    def reason(self) -> str:
        """Why the child gives no more frames."""
        code = self._process.returncode
        return "it hung" if code is None or code < 0 else _REASONS.get(code, f"the capture process failed ({code})")

    def kill(self) -> None:
        """Kill the process, even if it hangs."""
        self._process.kill()
        self._process.wait()

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            slot, number, width, height, steady, wall = line.split()
            announced = _Announced(int(slot), int(number), int(width), int(height), float(steady), float(wall))
            with self._changed:
                self._newest = announced
                self._changed.notify()
        with self._changed:
            self.ended = True
            self._changed.notify()


def _memory_file() -> int:
    """Open a file without a name: in memory on Linux, elsewhere in the folder for temporary files."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("homeward-edge-frames")
    descriptor, name = tempfile.mkstemp()
    os.unlink(name)  # noqa: PTH108 - the name is no Path
    return descriptor


def _send(stdin: IO[str] | None, source: str) -> None:
    """Tell the child its source. All users of the machine see the arguments of a process, but not its input."""
    if stdin:
        with contextlib.suppress(BrokenPipeError), stdin:  # a child that has already ended is noticed by its output
            stdin.write(source)


def _advice(source: str) -> str:
    if "://" in source:
        return "Open the same URL in a player such as VLC, and check user and password"
    return "List the cameras with `homeward-edge setup`. On Linux, add the user to the group `video`"
