"""Logs and starts of the emulator's function processes."""

from __future__ import annotations

import asyncio
import queue
import threading

from local_cloud.emulator.workers import _END_OF_LOG, Later, whole_log


def test_a_log_that_comes_late_is_read_to_its_end() -> None:
    lines: queue.Queue[str] = queue.Queue()
    for pause, line in ((0.06, "dropped"), (0.12, "metrics"), (0.18, _END_OF_LOG), (0.18, "of the next invocation")):
        threading.Timer(pause, lines.put, [line]).start()

    assert whole_log(lines) == "dropped\nmetrics"


def test_a_line_without_its_end_is_part_of_the_log() -> None:
    lines: queue.Queue[str] = queue.Queue()
    for line in ("whole", f"cut{_END_OF_LOG}"):
        lines.put(line)

    assert whole_log(lines) == "whole\ncut"


def test_the_log_of_a_process_that_died_is_what_came() -> None:
    lines: queue.Queue[str] = queue.Queue()
    lines.put("the last words")

    assert whole_log(lines) == "the last words"


def test_functions_start_after_the_request_is_answered() -> None:
    wake = threading.Event()

    async def serve() -> bool:
        Later(wake, delay_s=0).set()
        answered_first = not wake.is_set()
        await asyncio.to_thread(wake.wait, 1)
        return answered_first

    assert asyncio.run(serve())
    assert wake.is_set()


def test_functions_start_at_once_without_a_request() -> None:
    wake = threading.Event()
    Later(wake).set()
    assert wake.is_set()
