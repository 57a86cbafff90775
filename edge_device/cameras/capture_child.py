"""The child process that reads a live camera: `python -m edge_device.cameras.capture_child FD`.

A read from a network camera or a driver can block forever. A process can be killed then; a thread cannot.
The child reads the source from standard input, because it may contain a password. It writes each frame into one of
three slots of the shared memory FD in turn, then prints one line: slot, number, width, height, steady and wall
time. It imports few modules to keep its memory small.
"""

from __future__ import annotations

import ctypes
import itertools
import mmap
import os
import signal
import sys

import cv2
import numpy as np

from edge_device import clock

SLOTS = 3
SLOT_BYTES = 3840 * 2160 * 3  # pages that are never written use no memory
_PR_SET_PDEATHSIG = 1


def open_capture(source: str) -> cv2.VideoCapture:
    """Open a webcam by number or device, or a stream by URL."""
    if source.isdigit() or source.startswith("/dev/"):
        driver = cv2.CAP_V4L2 if sys.platform.startswith("linux") else cv2.CAP_ANY
        return cv2.VideoCapture(int(source) if source.isdigit() else source, driver)
    # TCP: with UDP, lost packets make faces gray.
    os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp")
    return cv2.VideoCapture(source, cv2.CAP_FFMPEG)


def end_with_parent() -> None:
    """End this process with its parent. Only Linux can; elsewhere the next frame ends it, as nobody reads it."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    """Read until the camera or the parent process ends."""
    descriptor, source = int(sys.argv[1]), sys.stdin.read()
    end_with_parent()
    memory = mmap.mmap(descriptor, SLOTS * SLOT_BYTES)
    capture = open_capture(source)
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    for number in itertools.count():
        readable, image = capture.read()
        if not readable:
            raise SystemExit(3)
        height, width = image.shape[:2]
        if image.nbytes > SLOT_BYTES:
            raise SystemExit(4)
        slot = number % SLOTS
        np.ndarray(image.shape, np.uint8, memory, slot * SLOT_BYTES)[:] = image
        sys.stdout.write(f"{slot} {number} {width} {height} {clock.steady_s()} {clock.wall_s()}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
