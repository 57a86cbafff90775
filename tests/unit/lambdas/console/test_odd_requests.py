"""Requests that no page of the console makes: each gets one clear refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from lambdas.common.base64url import to_base64url
from lambdas.console.routes import ROUTES
from tests.support.console import ConsoleClient, person, services_of

if TYPE_CHECKING:
    from tests.support.review_desk import Desk

LONG = "x" * 2049  # DynamoDB refuses longer keys
DEEP = b'{"x":' + b"[" * 1400


@pytest.fixture
def console(desk: Desk) -> ConsoleClient:
    return ConsoleClient(services_of(desk), person("reviewer", "supervisor", "auditor"))


def cursor(order: str, value: object) -> str:
    return to_base64url(msgspec.json.encode({"order": order, "after": {"open": [value, "e1"]}}))


@pytest.mark.parametrize("score", ["nan", "inf", "-1", "101", "1e200"])
def test_score_outside_0_to_100_is_refused(console: ConsoleClient, score: str) -> None:
    assert console.get(f"/encounters?order=strongest&score={score}").status == 422


def test_tiny_score_filters_nothing(console: ConsoleClient) -> None:
    assert console.get("/encounters?order=strongest&score=1e-200").status == 200


@pytest.mark.parametrize("value", [1e200, 10**50, -1, True, 0, "2026-11-23T02:00:00.000Z"])
def test_cursor_with_no_similarity_is_refused(console: ConsoleClient, value: object) -> None:
    assert console.get(f"/encounters?order=strongest&cursor={cursor('strongest', value)}").status == 422


def test_cursor_with_no_instant_is_refused(console: ConsoleClient) -> None:
    for value in (90, "", "2" * 1300):
        assert console.get(f"/encounters?cursor={cursor('newest', value)}").status == 422


def test_cursor_that_is_nested_deeply_is_refused(console: ConsoleClient) -> None:
    for path in ("/encounters", "/encounters/live", "/cases"):
        assert console.get(f"{path}?cursor={to_base64url(DEEP)}").status == 422


@pytest.mark.parametrize("route", [each for each in ROUTES if "<" in each.path], ids=lambda each: each.path)
def test_id_longer_than_a_key_is_not_found(console: ConsoleClient, route: Any) -> None:
    path = f"{route.path.partition('<')[0]}{LONG}{route.path.partition('>')[2]}"
    valid = {"verdict": "confirmed", "reason": "met", "status": "resolved", "photo": "1", "etag": "1", "face": "1"}
    answer = console.get(path) if route.method == "GET" else console.post(path, valid)
    assert answer.status == 404


@pytest.mark.parametrize("query", [f"encounter={LONG}", f"after=a~{LONG}", f"after={LONG}~a"])
def test_audit_refuses_what_is_longer_than_a_key(console: ConsoleClient, query: str) -> None:
    assert console.get(f"/audit?{query}").status == 422


def test_audit_of_the_first_day_has_no_day_before(console: ConsoleClient) -> None:
    assert console.get_json("/audit?day=0001-01-01")["day_before"] is None
    assert "day before" not in console.get("/audit?day=0001-01-01").text
