"""Where pictures are after a verdict, also when a crash falls between any two steps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from lambdas.common.dynamodb import to_attributes
from lambdas.encounters.encounter import Review
from lambdas.review.audit import Via

if TYPE_CHECKING:
    from tests.unit.lambdas.review.conftest import Desk

CONFIRMED = ["confirmed/e1/c0.jpg", "confirmed/e1/c1.jpg"]
WAITING = ["encounters/e1/c0.jpg", "encounters/e1/c1.jpg"]


class Killed(BaseException):
    """The process ends here."""


def decide(desk: Desk, verdict: Review) -> None:
    desk.verdicts.decide("e1", verdict, by="Ada", at=desk.clock(), via=Via.COMMAND_LINE)


def recorded(desk: Desk) -> list[str]:
    return sorted(sighting.key for sighting in desk.encounter().sightings.values())


def test_confirmed_pictures_are_kept_where_nothing_expires(desk: Desk) -> None:
    desk.meet()
    decide(desk, Review.CONFIRMED)
    assert desk.stored() == recorded(desk) == CONFIRMED
    assert desk.s3.get_object(Bucket="detection", Key=CONFIRMED[1])["Body"].read() == b"picture 1"


def test_dismissed_pictures_are_deleted_and_the_numbers_stay(desk: Desk) -> None:
    desk.meet()
    desk.meet("e10")
    decide(desk, Review.DISMISSED)
    assert desk.stored() == ["encounters/e10/c0.jpg", "encounters/e10/c1.jpg"]
    assert desk.encounter().best.similarity == 91.5


def test_undecided_pictures_stay(desk: Desk) -> None:
    desk.meet()
    decide(desk, Review.UNDECIDED)
    assert desk.stored() == recorded(desk) == WAITING


def test_a_confirmation_taken_back_takes_the_pictures_back(desk: Desk) -> None:
    desk.meet()
    decide(desk, Review.CONFIRMED)
    decide(desk, Review.UNDECIDED)
    assert recorded(desk) == WAITING
    assert desk.stored() == CONFIRMED + WAITING  # somebody may be about to confirm again
    desk.clock.instant = datetime.now(tz=UTC)
    desk.clock.advance(hours=2)
    assert desk.pictures.settle_all() == 1
    assert desk.stored() == recorded(desk) == WAITING
    decide(desk, Review.CONFIRMED)
    decide(desk, Review.DISMISSED)
    assert desk.stored() == []


@pytest.mark.parametrize("verdict", [Review.CONFIRMED, Review.DISMISSED])
@pytest.mark.parametrize("again", ["the same verdict", "the daily round"])
def test_a_crash_at_any_step_is_finished_later(desk: Desk, verdict: Review, again: str) -> None:
    crashed, calls = 0, 0

    def count(**_: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == crashed:
            raise Killed

    for client in (desk.s3, desk.dynamodb):
        client.meta.events.register("before-call", count)
    finished = False
    while not finished:
        crashed, calls = crashed + 1, -99
        desk.meet()
        calls = 0
        try:
            decide(desk, verdict)
            finished, calls = True, -99
        except Killed:
            calls = -99
            if again == "the daily round":
                desk.pictures.settle_all()
            if again == "the same verdict" or desk.encounter().review is Review.OPEN:
                decide(desk, verdict)
        expected = CONFIRMED if verdict is Review.CONFIRMED else []
        assert desk.stored() == expected, crashed
        if expected:
            assert recorded(desk) == expected, crashed
        for key in desk.stored():
            desk.s3.delete_object(Bucket="detection", Key=key)
    assert crashed > 6  # that many calls there were to crash before


def test_a_sighting_after_the_verdict_is_settled_by_the_daily_round(desk: Desk) -> None:
    desk.meet()
    decide(desk, Review.CONFIRMED)
    late = desk.sighting("e1", 2)
    assert desk.pictures.settle_all() == 1
    assert desk.stored() == [*CONFIRMED, late.key]  # the matcher has not added it yet
    desk.dynamodb.update_item(
        TableName="encounters",
        Key={"encounter_id": {"S": "e1"}},
        UpdateExpression="SET sightings.c2 = :sighting",
        ExpressionAttributeValues=to_attributes({":sighting": msgspec.to_builtins(late)}),
    )
    assert desk.pictures.settle_all() == 1
    assert desk.stored() == recorded(desk) == [*CONFIRMED, "confirmed/e1/c2.jpg"]
    assert desk.pictures.settle_all() == 0


def test_a_verdict_that_changes_while_pictures_move_wins(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.meet()
    real: Any = desk.s3.copy_object

    def dismissed_meanwhile(**request: Any) -> None:
        monkeypatch.setattr(desk.s3, "copy_object", real)
        decide(desk, Review.DISMISSED)
        with pytest.raises(desk.s3.exceptions.ClientError):
            real(**request)
        desk.s3.put_object(Bucket="detection", Key=request["Key"], Body=b"copied just before")

    monkeypatch.setattr(desk.s3, "copy_object", dismissed_meanwhile)
    decide(desk, Review.CONFIRMED)
    assert desk.encounter().review is Review.DISMISSED
    assert desk.stored() == []


def test_pictures_of_nobody_are_left_to_the_buckets_own_rule(desk: Desk) -> None:
    desk.sighting("gone", 1)
    assert desk.pictures.settle_all() == 0
    assert desk.stored() == ["encounters/gone/c1.jpg"]
