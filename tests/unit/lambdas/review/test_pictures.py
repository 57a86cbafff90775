"""Where pictures are after a verdict, also if a crash interrupts it at any step."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from lambdas.common.dynamodb import to_attributes
from lambdas.common.s3_objects import versions_under
from lambdas.encounters.encounter import Review
from lambdas.encounters.table import encounter_key
from lambdas.review.audit import Via

if TYPE_CHECKING:
    from tests.support.review_desk import Desk

CONFIRMED = ["confirmed/e1/c0.jpg", "confirmed/e1/c1.jpg"]
WAITING = ["encounters/e1/c0.jpg", "encounters/e1/c1.jpg"]


class Killed(BaseException):
    """Simulates a crash of the process."""


def decide(desk: Desk, verdict: Review) -> None:
    desk.verdicts.decide("e1", verdict, by="Ada", at=desk.clock(), via=Via.COMMAND_LINE)


def recorded(desk: Desk) -> list[str]:
    return sorted(sighting.key for sighting in desk.encounter().sightings.values())


def test_confirmed_pictures_move_to_confirmed(desk: Desk) -> None:
    desk.add_encounter()
    decide(desk, Review.CONFIRMED)
    assert desk.picture_keys() == recorded(desk) == CONFIRMED
    assert desk.s3.get_object(Bucket="detection", Key=CONFIRMED[1])["Body"].read() == b"picture 1"


def test_dismissal_deletes_pictures_but_not_the_record(desk: Desk) -> None:
    desk.add_encounter()
    desk.add_encounter("e10")
    decide(desk, Review.DISMISSED)
    assert desk.picture_keys() == ["encounters/e10/c0.jpg", "encounters/e10/c1.jpg"]
    assert desk.encounter().best.similarity == 91.5


def test_undecided_pictures_stay(desk: Desk) -> None:
    desk.add_encounter()
    decide(desk, Review.UNDECIDED)
    assert desk.picture_keys() == recorded(desk) == WAITING


def test_revoked_confirmation_moves_pictures_back(desk: Desk) -> None:
    desk.add_encounter()
    decide(desk, Review.CONFIRMED)
    decide(desk, Review.UNDECIDED)
    assert recorded(desk) == WAITING
    assert desk.picture_keys() == CONFIRMED + WAITING  # kept for an hour, in case a verdict confirms again
    desk.clock.instant = datetime.now(tz=UTC)
    desk.clock.advance(hours=2)
    assert desk.pictures.settle_all() == 1
    assert desk.picture_keys() == recorded(desk) == WAITING
    decide(desk, Review.CONFIRMED)
    decide(desk, Review.DISMISSED)
    assert desk.picture_keys() == []


@pytest.mark.parametrize("verdict", [Review.CONFIRMED, Review.DISMISSED])
@pytest.mark.parametrize("again", ["the same verdict", "the daily function"])
def test_later_run_completes_after_a_crash_at_any_step(desk: Desk, verdict: Review, again: str) -> None:
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
        desk.add_encounter()
        calls = 0
        try:
            decide(desk, verdict)
            finished, calls = True, -99
        except Killed:
            calls = -99
            if again == "the daily function":
                desk.pictures.settle_all()
            if again == "the same verdict" or desk.encounter().review is Review.OPEN:
                decide(desk, verdict)
        expected = CONFIRMED if verdict is Review.CONFIRMED else []
        assert desk.picture_keys() == expected, crashed
        if expected:
            assert recorded(desk) == expected, crashed
        for key in desk.picture_keys():
            desk.s3.delete_object(Bucket="detection", Key=key)
    assert crashed > 6  # the minimum number of calls that a crash can precede


def test_daily_function_settles_a_late_sighting(desk: Desk) -> None:
    desk.add_encounter()
    decide(desk, Review.CONFIRMED)
    late = desk.add_sighting("e1", 2)
    assert desk.pictures.settle_all() == 0
    assert desk.picture_keys() == [*CONFIRMED, late.key]  # the matcher has just added it
    desk.dynamodb.update_item(
        TableName="encounters",
        Key=encounter_key("e1"),
        UpdateExpression="SET sightings.c2 = :sighting",
        ExpressionAttributeValues=to_attributes({":sighting": msgspec.to_builtins(late)}),
    )
    assert desk.pictures.settle_all() == 1
    assert desk.picture_keys() == recorded(desk) == [*CONFIRMED, "confirmed/e1/c2.jpg"]
    assert desk.pictures.settle_all() == 0


def test_verdict_changed_during_a_move_wins(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add_encounter()
    real: Any = desk.s3.put_object

    def dismiss_during_move(**request: Any) -> None:
        monkeypatch.setattr(desk.s3, "put_object", real)
        decide(desk, Review.DISMISSED)
        real(**request)

    monkeypatch.setattr(desk.s3, "put_object", dismiss_during_move)
    decide(desk, Review.CONFIRMED)
    assert desk.encounter().review is Review.DISMISSED
    assert desk.picture_keys() == []


def test_sighting_replaced_during_a_move_delays_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add_encounter()
    real: Any = desk.s3.put_object

    def replace_during_move(**request: Any) -> None:
        monkeypatch.setattr(desk.s3, "put_object", real)
        key = encounter_key("e1")
        desk.dynamodb.update_item(TableName="encounters", Key=key, UpdateExpression="REMOVE sightings.c0")
        real(**request)

    monkeypatch.setattr(desk.s3, "put_object", replace_during_move)
    decide(desk, Review.CONFIRMED)
    assert recorded(desk) == CONFIRMED[1:]


def test_a_move_never_replaces_a_picture(desk: Desk) -> None:
    desk.add_encounter(shots=1)
    decide(desk, Review.CONFIRMED)
    desk.s3.put_object(Bucket="detection", Key=WAITING[0], Body=b"a forgery")
    assert desk.pictures.settle_all() == 1
    assert desk.picture_keys() == CONFIRMED[:1]
    assert desk.s3.get_object(Bucket="detection", Key=CONFIRMED[0])["Body"].read() == b"picture 0"


def test_pictures_of_dropped_sightings_are_deleted(desk: Desk) -> None:
    desk.add_encounter(shots=1)
    desk.add_sighting("e1", 7)
    desk.clock.instant = datetime.now(tz=UTC)
    assert desk.pictures.settle_all() == 0
    desk.clock.advance(hours=2)
    assert desk.pictures.settle_all() == 1
    assert desk.picture_keys() == WAITING[:1]


def test_deletion_leaves_no_version_of_a_picture(desk: Desk) -> None:
    desk.s3.put_bucket_versioning(Bucket="detection", VersioningConfiguration={"Status": "Enabled"})
    desk.add_encounter()
    desk.add_encounter()  # a second version of each picture
    decide(desk, Review.CONFIRMED)
    decide(desk, Review.DISMISSED)
    assert list(versions_under(desk.s3, bucket="detection", prefix="")) == []


def test_pictures_without_an_encounter_are_left(desk: Desk) -> None:
    desk.add_sighting("gone", 1)
    assert desk.pictures.settle_all() == 0
    assert desk.picture_keys() == ["encounters/gone/c1.jpg"]


def test_encounter_that_cannot_be_read_keeps_its_pictures(desk: Desk) -> None:
    for name in ("e1", "e2"):
        desk.add_encounter(name, shots=1, review=Review.DISMISSED)
    desk.dynamodb.update_item(TableName="encounters", Key=encounter_key("e1"), UpdateExpression="REMOVE sightings")
    assert desk.pictures.settle_all() == 1
    assert desk.picture_keys() == ["encounters/e1/c0.jpg"]
