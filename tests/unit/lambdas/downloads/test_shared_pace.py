"""Tests of the rate limit that all workers share."""

from __future__ import annotations

from typing import Any

import pytest

from lambdas.downloads.shared_pace import SharedPace


@pytest.fixture
def pace(dynamodb: Any) -> Any:
    def make(now: list[float], slept: list[float], **options: Any) -> SharedPace:
        settings: dict[str, Any] = {"name": "rekognition", "per_second": 50.0, **options}
        return SharedPace(dynamodb=dynamodb, table="cases", clock=lambda: now[0], sleep=slept.append, **settings)

    return make


def test_concurrent_workers_get_consecutive_slots(pace: Any) -> None:
    slept: list[float] = []
    for _ in range(10):
        pace([1_700_000_000.0], slept).wait()
    assert slept == pytest.approx([0.02 * slot for slot in range(1, 10)], abs=1e-3)


def test_slot_taken_by_a_rival_is_not_taken_again(pace: Any, dynamodb: Any) -> None:
    """A rival takes the idle slot between the worker's first and second write."""
    slept: list[float] = []
    worker = pace([1_000.0], slept)
    rival = pace([1_000.0], slept)
    updates = iter([rival.wait])

    def overtake(**_: Any) -> None:
        for act in updates:
            dynamodb.meta.events.unregister("after-call.dynamodb.UpdateItem", unique_id="overtake")
            act()

    dynamodb.meta.events.register("after-call.dynamodb.UpdateItem", overtake, unique_id="overtake")
    worker.wait()
    assert slept == pytest.approx([0.02])


def test_idle_pace_allows_no_burst(pace: Any) -> None:
    now, slept = [1_000.0], list[float]()
    worker = pace(now, slept)
    worker.wait()
    now[0] = 2_000.0
    worker.wait()
    worker.wait()
    assert slept == pytest.approx([0.02])


def test_paces_of_different_names_are_independent(pace: Any) -> None:
    slept: list[float] = []
    pace([1_000.0], slept, name="namus", per_second=1.0).wait()
    pace([1_000.0], slept, name="fbi", per_second=1.0).wait()
    assert slept == []


def test_a_clock_that_was_ahead_delays_no_other_worker(pace: Any) -> None:
    slept: list[float] = []
    pace([5_000.0], slept).wait()
    pace([1_000.0], slept).wait()
    assert slept == []


def test_longer_interval_of_one_request_delays_the_next(pace: Any) -> None:
    slept: list[float] = []
    pace([1_000.0], slept).wait(4.0)
    pace([1_000.0], slept).wait(0.001)
    pace([1_000.0], slept).wait()
    assert slept == pytest.approx([4.0, 4.02])
