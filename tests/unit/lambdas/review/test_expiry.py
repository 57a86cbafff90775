from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lambdas.common.times import to_text
from lambdas.encounters.encounter import Review, Timeline
from lambdas.encounters.table import encounter_key, encounters_by_review
from lambdas.review.expiry import Expiry

if TYPE_CHECKING:
    from tests.support.review_desk import Desk


@pytest.fixture
def expiry(desk: Desk) -> Expiry:
    return Expiry(
        dynamodb=desk.dynamodb,
        table="encounters",
        audit=desk.audit,
        pictures=desk.pictures,
        review_for=timedelta(days=30),
    )


def test_only_old_open_encounters_expire(desk: Desk, expiry: Expiry) -> None:
    old, recent = (to_text(desk.clock() - timedelta(days=days)) for days in (30.5, 29.5))
    for encounter_id, started_at, review in (
        ("old", old, Review.OPEN),
        ("recent", recent, Review.OPEN),
        ("confirmed", old, Review.CONFIRMED),
        ("undecided", old, Review.UNDECIDED),
    ):
        desk.add_encounter(encounter_id, shots=1, started_at=started_at, review=review)
    assert [expiry.expire(now=desk.clock()) for _ in range(2)] == [1, 0]
    reviews = {name: desk.encounter(name).review.value for name in ("old", "recent", "confirmed", "undecided")}
    assert reviews == {"old": "expired", "recent": "open", "confirmed": "confirmed", "undecided": "undecided"}
    assert [key for key in desk.picture_keys() if "/old/" in key] == []
    assert len(desk.picture_keys()) == 3
    assert desk.audited("old") == [("expired", "system")]


@pytest.mark.parametrize(
    "taken",
    ["2026-09-01T10:00:00.000Z", "1970-01-01T00:00:12.000Z", "2099-01-01T00:00:00.000Z", "0001-01-01T00:00Z"],
)
@pytest.mark.parametrize("review", [Review.OPEN, Review.CONFIRMED])
def test_review_period_starts_when_the_encounter_arose_here(
    desk: Desk, expiry: Expiry, taken: str, review: Review
) -> None:
    """Earlier versions indexed an encounter by the time of its picture."""
    here = to_text(desk.clock())
    line = Timeline(captured_at=taken, received_at=here, searched_at=here, encountered_at=here)
    desk.add_encounter(shots=1, started_at=taken, timeline=line, review=review)
    assert expiry.expire(now=desk.clock()) == 0
    assert desk.encounter().review is review
    [listed] = encounters_by_review(desk.dynamodb, review, table="encounters")
    corrected = review is Review.OPEN or taken > here
    assert listed.started_at == (here if corrected else taken)
    if review is Review.OPEN:
        desk.clock.advance(days=29)
        assert expiry.expire(now=desk.clock()) == 0
        desk.clock.advance(days=2)
        assert expiry.expire(now=desk.clock()) == 1


def test_encounter_that_fails_does_not_keep_others_from_expiring(desk: Desk, expiry: Expiry) -> None:
    old = to_text(desk.clock() - timedelta(days=31))
    for number in range(3):
        desk.add_encounter(f"e{number}", shots=1, started_at=old)
    broken = {**desk.dynamodb.get_item(TableName="encounters", Key=encounter_key("e0"))["Item"], "timeline": {"S": "?"}}
    desk.dynamodb.put_item(TableName="encounters", Item=broken)
    with pytest.raises(ExceptionGroup, match="2 encounters expired, 1 failed"):
        expiry.expire(now=desk.clock())
    assert [desk.encounter(name).review for name in ("e1", "e2")] == [Review.EXPIRED] * 2


def test_concurrent_verdict_prevents_expiry(desk: Desk) -> None:
    desk.add_encounter(review=Review.CONFIRMED)
    expiry = Expiry(
        dynamodb=desk.dynamodb, table="encounters", audit=desk.audit, pictures=desk.pictures, review_for=timedelta(0)
    )
    assert expiry._expire("e1", now=desk.clock()) is False
    assert desk.audited() == []
