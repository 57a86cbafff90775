from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from lambdas.common.times import to_text
from lambdas.encounters.encounter import Review
from lambdas.review.expiry import Expiry

if TYPE_CHECKING:
    from tests.support.review_desk import Desk


def test_only_old_open_encounters_expire(desk: Desk) -> None:
    old, recent = (to_text(desk.clock() - timedelta(days=days)) for days in (30.5, 29.5))
    for encounter_id, started_at, review in (
        ("old", old, Review.OPEN),
        ("recent", recent, Review.OPEN),
        ("confirmed", old, Review.CONFIRMED),
        ("undecided", old, Review.UNDECIDED),
    ):
        desk.add_encounter(encounter_id, shots=1, started_at=started_at, review=review)
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
    assert [key for key in desk.picture_keys() if "/old/" in key] == []
    assert len(desk.picture_keys()) == 3
    assert desk.audited("old") == [("expired", "system")]


def test_concurrent_verdict_prevents_expiry(desk: Desk) -> None:
    desk.add_encounter(review=Review.CONFIRMED)
    expiry = Expiry(
        dynamodb=desk.dynamodb, table="encounters", audit=desk.audit, pictures=desk.pictures, review_for=timedelta(0)
    )
    assert expiry._expire("e1", now=desk.clock()) is False
    assert desk.audited() == []
