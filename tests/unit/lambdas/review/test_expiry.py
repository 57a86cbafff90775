"""An encounter that nobody decided on expires, and only that one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from lambdas.common.times import to_text
from lambdas.encounters.encounter import Review
from lambdas.review.expiry import Expiry

if TYPE_CHECKING:
    from tests.unit.lambdas.review.conftest import Desk


def test_what_is_open_for_too_long_expires(desk: Desk) -> None:
    old, recent = (to_text(desk.clock() - timedelta(days=days)) for days in (30.5, 29.5))
    for encounter_id, started_at, review in (
        ("old", old, Review.OPEN),
        ("recent", recent, Review.OPEN),
        ("confirmed", old, Review.CONFIRMED),
        ("undecided", old, Review.UNDECIDED),
    ):
        desk.meet(encounter_id, shots=1, started_at=started_at, review=review)
    expiry = Expiry(
        dynamodb=desk.dynamodb,
        table="encounters",
        audit=desk.audit,
        pictures=desk.pictures,
        review_for=timedelta(days=30),
    )
    assert [expiry.expire(now=desk.clock()) for _ in range(2)] == [1, 0]
    reviews = {name: desk.encounter(name).review.value for name in ("old", "recent", "confirmed", "undecided")}
    assert reviews == {"old": "expired", "recent": "open", "confirmed": "confirmed", "undecided": "undecided"}
    assert [key for key in desk.stored() if "/old/" in key] == []
    assert len(desk.stored()) == 3
    assert desk.told("old") == [("expired", "system")]


def test_a_verdict_given_meanwhile_wins(desk: Desk) -> None:
    desk.meet(review=Review.CONFIRMED)
    expiry = Expiry(
        dynamodb=desk.dynamodb, table="encounters", audit=desk.audit, pictures=desk.pictures, review_for=timedelta(0)
    )
    assert expiry._expire("e1", now=desk.clock()) is False
    assert desk.told() == []
