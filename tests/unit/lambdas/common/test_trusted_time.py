"""Which times of a sender are believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from lambdas.common.times import from_text, to_text
from lambdas.common.trusted_time import CLOCK_TOLERANCE, EARLIEST, TimeDoubt, time_taken

ARRIVED = datetime(2026, 11, 27, 10, 26, tzinfo=UTC)
INSTANTS = some.datetimes(timezones=some.timezones() | some.just(timezone(timedelta(hours=14))))
JSON = some.recursive(some.none() | some.booleans() | some.floats() | some.integers() | some.text(), some.lists)


@pytest.mark.parametrize(
    "claimed",
    ["2026-11-27T10:25:59Z", "2026-11-27T10:30:00Z", "2026-09-01T10:00:00Z", "2001-01-01T00:00:00Z",
     "2026-11-27T23:25:00+13:00", datetime(2019, 5, 6, tzinfo=UTC)],
)  # fmt: skip
def test_possible_time_is_believed(claimed: str | datetime) -> None:
    taken = time_taken(claimed, arrived_at=ARRIVED)
    assert taken.doubt is None
    assert taken.at == (from_text(claimed) if isinstance(claimed, str) else claimed)


@pytest.mark.parametrize(
    ("claimed", "doubt"),
    [
        (None, TimeDoubt.UNDATED),
        ("", TimeDoubt.UNREADABLE),
        ("yesterday", TimeDoubt.UNREADABLE),
        ("2026-11-27T10:00:00", TimeDoubt.UNREADABLE),
        (ARRIVED.replace(tzinfo=None), TimeDoubt.UNREADABLE),
        (1795402801, TimeDoubt.UNREADABLE),
        ("0001-01-01T00:00:00+14:00", TimeDoubt.UNREADABLE),
        ("9999-12-31T23:59:59-14:00", TimeDoubt.UNREADABLE),
        ("0001-01-01T00:00:00Z", TimeDoubt.TOO_EARLY),
        ("1970-01-01T00:00:12Z", TimeDoubt.TOO_EARLY),
        ("2000-01-01T00:03:11Z", TimeDoubt.TOO_EARLY),
        ("2026-11-27T23:30:00Z", TimeDoubt.FUTURE),
        ("2099-01-01T00:00:00Z", TimeDoubt.FUTURE),
        ("9999-12-31T23:59:59.999999Z", TimeDoubt.FUTURE),
    ],
)
def test_impossible_time_is_the_time_of_arrival(claimed: object, doubt: TimeDoubt) -> None:
    taken = time_taken(claimed, arrived_at=ARRIVED)
    assert (taken.at, taken.doubt) == (ARRIVED, doubt)
    assert doubt.reason


def test_time_of_a_clock_that_is_not_set_is_not_believed() -> None:
    taken = time_taken("2026-11-27T10:25:59Z", arrived_at=ARRIVED, clock_synced=False)
    assert (taken.at, taken.doubt) == (ARRIVED, TimeDoubt.UNSYNCED)


@given(claimed=INSTANTS | INSTANTS.map(datetime.isoformat) | JSON, synced=some.booleans())
def test_any_claim_gives_a_time_that_every_record_can_hold(claimed: Any, synced: bool) -> None:
    taken = time_taken(claimed, arrived_at=ARRIVED, clock_synced=synced)
    assert EARLIEST <= taken.at <= ARRIVED + CLOCK_TOLERANCE
    assert from_text(to_text(taken.at)) - taken.at < timedelta(milliseconds=1)
    assert taken.doubt is None or taken.at == ARRIVED


@given(some.text() | INSTANTS.map(datetime.isoformat) | some.datetimes().map(datetime.isoformat))
def test_any_text_is_an_instant_or_a_value_error(text: str) -> None:
    try:
        instant = from_text(text)
    except ValueError:
        return
    assert instant.utcoffset() == timedelta(0)
