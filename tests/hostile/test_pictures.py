"""Tests that a file is a photo or is refused, each in a process whose memory is measured."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_device.cameras.picture_file import decode_bgr
from lambdas.common.photos import PreparedPhoto, UnusablePhotoError, prepare_photo
from pictures.decode import SMALL_MEMORY
from pictures.errors import UnreadablePictureError
from pictures.memory import MB
from tests.hostile.corpus import check, outcome
from tests.hostile.pictures import INPUTS, JPEG, SLOW

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

MAX_MEMORY = SMALL_MEMORY + 20 * MB
MAX_SECONDS = 15.0
_processes = multiprocessing.get_context("fork")


def prepare(data: bytes) -> PreparedPhoto:
    """Prepare a photo in a process of its own, within the bounds."""
    receiving, sending = _processes.Pipe(duplex=False)
    child = _processes.Process(target=_prepare, args=(data, sending))
    child.start()
    sending.close()
    try:
        assert receiving.poll(MAX_SECONDS), "takes too long"
        memory, found = receiving.recv()
    finally:
        child.kill()
        child.join()
    assert memory <= MAX_MEMORY, f"{memory / MB:.0f} MB"
    if isinstance(found, Exception):
        raise found
    photo: PreparedPhoto = found
    return photo


def _prepare(data: bytes, sending: Connection) -> None:
    before = _resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the peak of the parent
    try:
        found: Any = prepare_photo(data)
    except Exception as error:  # noqa: BLE001 - the parent raises it
        found = error
    sending.send((_resident("VmHWM") - before, found))


def _resident(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.nightly) if name in SLOW else name for name in INPUTS]
)
def test_picture_has_its_outcome(name: str) -> None:
    check(INPUTS[name], prepare, errors=UnusablePhotoError, traced=False)


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, len(JPEG) - 1), data=st.binary(min_size=1, max_size=40), cut=st.booleans())
def test_damaged_picture_is_a_photo_or_refused(at: int, data: bytes, *, cut: bool) -> None:
    damaged = JPEG[:at] + data + (b"" if cut else JPEG[at + len(data) :])
    started = time.thread_time()
    for read in (prepare_photo, decode_bgr):
        outcome(read, damaged, errors=(UnusablePhotoError, UnreadablePictureError), traced=False)
    assert time.thread_time() - started < MAX_SECONDS
