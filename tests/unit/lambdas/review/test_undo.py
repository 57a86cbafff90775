"""A verdict can be undone for 10 minutes; the pictures of a dismissed encounter are deleted after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdas.encounters.encounter import AlertState, Review
from lambdas.encounters.notice import NoticeKind, notice_key
from lambdas.review.audit import Via
from lambdas.review.errors import ReviewError
from lambdas.review.undo import settle_due
from tests.support.review_desk import WINDOW

if TYPE_CHECKING:
    from tests.support.review_desk import Desk

STAND_DOWN = notice_key("e1", NoticeKind.STAND_DOWN)


def decide(desk: Desk, verdict: Review, *, by: str = "Ada", can_undo: bool = True) -> None:
    desk.clock.advance(seconds=1)
    desk.verdicts.decide("e1", verdict, by=by, at=desk.clock(), via=Via.CONSOLE, can_undo=can_undo)


def undo(desk: Desk, *, by: str = "Ada", supervisor: bool = False) -> None:
    desk.clock.advance(seconds=1)
    desk.verdicts.undo("e1", by=by, at=desk.clock(), via=Via.CONSOLE, is_supervisor=supervisor)


def test_dismissed_pictures_are_deleted_after_ten_minutes(desk: Desk) -> None:
    desk.add_encounter()
    decide(desk, Review.DISMISSED)
    desk.clock.advance(seconds=659)
    assert (settle_due(desk.pictures), desk.pictures.settle_all(), len(desk.picture_keys())) == (0, 0, 2)
    desk.clock.advance(seconds=2)
    assert (settle_due(desk.pictures), desk.picture_keys()) == (1, [])
    assert settle_due(desk.pictures) == 0


def test_undo_of_the_last_moment_finds_the_pictures(desk: Desk) -> None:
    """The request arrives in time, and is written after the pictures would have been due."""
    desk.add_encounter()
    decide(desk, Review.DISMISSED)
    desk.clock.advance(seconds=599)
    arrived = desk.clock()
    desk.clock.advance(seconds=20)
    settle_due(desk.pictures)
    desk.verdicts.undo("e1", by="Ada", at=arrived, via=Via.CONSOLE)
    assert (desk.encounter().review, len(desk.picture_keys())) == (Review.OPEN, 2)


def test_encounter_that_cannot_be_settled_delays_no_other(desk: Desk) -> None:
    for name in ("e1", "e2"):
        desk.add_encounter(name)
        desk.verdicts.decide(name, Review.DISMISSED, by="Ada", at=desk.clock(), via=Via.CONSOLE, can_undo=True)
    key = {"encounter_id": {"S": "e1"}}
    desk.dynamodb.update_item(TableName="encounters", Key=key, UpdateExpression="REMOVE sightings")
    desk.clock.advance(seconds=700)
    with pytest.raises(ExceptionGroup, match="1 encounters settled, 1 failed"):
        settle_due(desk.pictures)
    assert {name.split("/")[1] for name in desk.picture_keys()} == {"e1"}


@pytest.mark.parametrize("verdict", [Review.DISMISSED, Review.CONFIRMED, Review.UNDECIDED])
def test_undo_restores_the_open_encounter(desk: Desk, verdict: Review) -> None:
    before = desk.add_encounter()
    decide(desk, verdict)
    undo(desk)
    encounter = desk.encounter()
    assert (encounter.review, encounter.reviewed_by, encounter.earlier) == (Review.OPEN, None, None)
    assert (encounter.expires_at is None) == (before.expires_at is None)
    assert desk.item(WINDOW).get("dismissals", 0) == 0
    assert all(desk.s3.head_object(Bucket="detection", Key=each.key) for each in encounter.sightings.values())
    assert desk.audited() == [(verdict.value, "Ada"), ("undone", "Ada")]
    desk.clock.advance(seconds=700)
    settle_due(desk.pictures)
    assert all(desk.s3.head_object(Bucket="detection", Key=each.key) for each in encounter.sightings.values())


def test_undo_restores_an_earlier_verdict(desk: Desk) -> None:
    desk.add_encounter()
    decide(desk, Review.CONFIRMED, by="Bob", can_undo=False)
    decide(desk, Review.DISMISSED)
    assert desk.encounter().expires_at is not None
    undo(desk)
    encounter = desk.encounter()
    assert (encounter.review, encounter.reviewed_by, encounter.expires_at) == (Review.CONFIRMED, "Bob", None)
    assert sorted(desk.picture_keys()) == ["confirmed/e1/c0.jpg", "confirmed/e1/c1.jpg"]


def test_only_a_recent_verdict_of_ones_own_can_be_undone(desk: Desk) -> None:
    desk.add_encounter()
    with pytest.raises(ReviewError, match="for 10 minutes"):
        undo(desk)
    decide(desk, Review.UNDECIDED)
    with pytest.raises(ReviewError, match="only Ada or a supervisor"):
        undo(desk, by="Bob")
    undo(desk, by="Bob", supervisor=True)
    decide(desk, Review.UNDECIDED)
    desk.clock.advance(seconds=600)
    with pytest.raises(ReviewError, match="for 10 minutes"):
        undo(desk)


def test_dismissing_an_acknowledged_alert_sends_one_stand_down(desk: Desk) -> None:
    desk.add_encounter(alert=AlertState.SENT, acknowledged_at="2026-11-23T02:59:30.000Z", acknowledged_by="Unit 7")
    decide(desk, Review.DISMISSED)
    notice = desk.item(STAND_DOWN)
    assert (notice["notice"], notice["about"], notice["alert"]) == ("stand-down", "e1", "due")
    undo(desk)
    decide(desk, Review.DISMISSED)
    assert desk.item(STAND_DOWN) == notice


@pytest.mark.parametrize(
    ("verdict", "alert", "by"),
    [
        (Review.DISMISSED, AlertState.SENT, None),
        (Review.DISMISSED, None, "Unit 7"),
        (Review.CONFIRMED, AlertState.SENT, "Unit 7"),
    ],
)
def test_nobody_is_told_to_stand_down_without_need(
    desk: Desk, verdict: Review, alert: AlertState | None, by: str | None
) -> None:
    desk.add_encounter(alert=alert, acknowledged_at=by and "2026-11-23T02:59:30.000Z", acknowledged_by=by)
    decide(desk, verdict)
    assert desk.item(STAND_DOWN) == {}


def test_pictures_are_settled_later_for_those_who_may_not(desk: Desk) -> None:
    object.__setattr__(desk.verdicts, "settles", False)
    desk.add_encounter()
    decide(desk, Review.CONFIRMED)
    assert sorted(desk.picture_keys()) == ["encounters/e1/c0.jpg", "encounters/e1/c1.jpg"]
    assert settle_due(desk.pictures) == 1
    assert sorted(desk.picture_keys()) == ["confirmed/e1/c0.jpg", "confirmed/e1/c1.jpg"]
    undo(desk)
    assert settle_due(desk.pictures) == 1
    assert all(each.key.startswith("encounters/") for each in desk.encounter().sightings.values())
