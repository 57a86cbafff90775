"""Verdicts: given once, changed by a person, remembered in the audit and in the window of the case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lambdas.common.dynamodb import to_attributes
from lambdas.encounters.encounter import Review, Stage
from lambdas.review.audit import Via
from lambdas.review.verdicts import EncounterOverError, NoEncounterError, ReviewError
from tests.unit.lambdas.review.conftest import WINDOW

if TYPE_CHECKING:
    from tests.unit.lambdas.review.conftest import Desk


def decide(desk: Desk, verdict: Review, *, encounter_id: str = "e1", by: str = "Ada") -> bool:
    desk.clock.advance(seconds=1)
    return desk.verdicts.decide(encounter_id, verdict, by=by, at=desk.clock(), via=Via.COMMAND_LINE, note="seen")


def acknowledge(desk: Desk, *, by: str = "Ada") -> bool:
    return desk.verdicts.acknowledge("e1", by=by, at=desk.clock(), via=Via.LINK)


def test_the_first_who_acknowledges_is_the_one(desk: Desk) -> None:
    desk.meet()
    assert (acknowledge(desk), acknowledge(desk, by="Bob")) == (True, False)
    encounter = desk.encounter()
    assert (encounter.stage, encounter.acknowledged_by) == (Stage.ACKNOWLEDGED, "Ada")
    assert desk.told() == [("acknowledged", "Ada")]


def test_what_has_a_verdict_is_not_acknowledged_any_more(desk: Desk) -> None:
    desk.meet(review=Review.CONFIRMED, shots=1)
    assert acknowledge(desk) is False
    assert desk.encounter().acknowledged_at is None
    assert desk.told() == []


def test_the_same_verdict_again_changes_nothing(desk: Desk) -> None:
    desk.meet()
    assert decide(desk, Review.DISMISSED) is True
    first, window = desk.item("e1"), desk.item(WINDOW)
    assert decide(desk, Review.DISMISSED, by="Bob") is False
    assert desk.item("e1") == first
    assert desk.item(WINDOW) == window
    assert desk.told() == [("dismissed", "Ada")]


def test_a_person_may_change_a_verdict_and_the_audit_has_both(desk: Desk) -> None:
    desk.meet()
    decide(desk, Review.UNDECIDED)
    decide(desk, Review.CONFIRMED, by="Bob")
    encounter = desk.encounter()
    assert (encounter.review, encounter.reviewed_by) == (Review.CONFIRMED, "Bob")
    assert desk.told() == [("undecided", "Ada"), ("confirmed", "Bob")]
    assert [record.note for record in desk.audit.of("e1")] == ["seen", "seen"]


@pytest.mark.parametrize("review", [Review.WITHDRAWN, Review.EXPIRED])
def test_what_is_over_takes_no_verdict(desk: Desk, review: Review) -> None:
    desk.meet(review=review)
    with pytest.raises(EncounterOverError, match=f"encounter e1 is {review.value}: "):
        decide(desk, Review.CONFIRMED)
    with pytest.raises(EncounterOverError):
        acknowledge(desk)
    assert desk.told() == []


def test_what_is_not_there_is_said(desk: Desk) -> None:
    desk.dynamodb.put_item(TableName="encounters", Item=to_attributes({"encounter_id": "e1", "kind": "window"}))
    for encounter_id in ("e1", "e2"):
        with pytest.raises(NoEncounterError, match=f"there is no encounter {encounter_id}"):
            decide(desk, Review.CONFIRMED, encounter_id=encounter_id)
    with pytest.raises(ValueError, match="open is no verdict"):
        decide(desk, Review.OPEN)


def test_a_dismissal_is_remembered_once_an_encounter(desk: Desk) -> None:
    window = {"encounter_id": WINDOW, "kind": "window", "version": 4, "encounters": [{"encounter_id": "e1"}]}
    desk.dynamodb.put_item(TableName="encounters", Item=to_attributes(window))
    for encounter_id in ("e1", "e2"):
        desk.meet(encounter_id)
        decide(desk, Review.DISMISSED, encounter_id=encounter_id)
        decide(desk, Review.DISMISSED, encounter_id=encounter_id)
    remembered = desk.item(WINDOW)
    assert remembered.pop("expires_at") == int(desk.clock().timestamp()) - 1 + 30 * 86_400
    assert remembered == window | {
        "version": 6,
        "dismissals": 2,
        "dismissed_at": "2026-11-23T03:00:03.000Z",
        "dismissed_tracks": ["e1-t0", "e1-t1", "e2-t0", "e2-t1"],
    }


def test_only_the_last_fifty_tracks_are_remembered(desk: Desk) -> None:
    desk.meet(shots=60)
    decide(desk, Review.DISMISSED)
    tracks = desk.item(WINDOW)["dismissed_tracks"]
    assert tracks == [f"e1-t{shot}" for shot in range(10, 60)]


def test_a_window_that_expired_is_made_anew(desk: Desk) -> None:
    desk.meet()
    decide(desk, Review.DISMISSED)
    window = desk.item(WINDOW)
    assert (window["kind"], window["version"], window["encounters"], window["dismissals"]) == ("window", 1, [], 1)
    assert window["expires_at"] > desk.clock().timestamp()


def test_a_dismissal_taken_back_is_forgotten(desk: Desk) -> None:
    for encounter_id in ("e1", "e2"):
        desk.meet(encounter_id)
        decide(desk, Review.DISMISSED, encounter_id=encounter_id)
    decide(desk, Review.UNDECIDED, encounter_id="e1")
    window = desk.item(WINDOW)
    assert (window["version"], window["dismissals"], window["dismissed_tracks"]) == (3, 1, ["e2-t0", "e2-t1"])
    assert window["dismissed_at"] == "2026-11-23T03:00:02.000Z"
    decide(desk, Review.CONFIRMED, encounter_id="e2")
    window = desk.item(WINDOW)
    assert (window["version"], window["dismissals"], window["dismissed_tracks"]) == (4, 0, [])
    assert "dismissed_at" not in window


def test_a_window_that_changes_meanwhile_is_read_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.meet()
    window = {"encounter_id": WINDOW, "kind": "window", "version": 4, "encounters": []}
    desk.dynamodb.put_item(TableName="encounters", Item=to_attributes(window))
    real, calls = desk.dynamodb.transact_write_items, iter(range(1, 99))

    def another_is_first(**request: Any) -> Any:
        if next(calls) == 1:
            desk.dynamodb.put_item(TableName="encounters", Item=to_attributes(window | {"version": 5}))
        return real(**request)

    monkeypatch.setattr(desk.dynamodb, "transact_write_items", another_is_first)
    assert decide(desk, Review.DISMISSED) is True
    assert desk.item(WINDOW)["version"] == 6
    assert desk.told() == [("dismissed", "Ada")]


def test_somebody_who_never_gets_his_turn_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.meet()
    monkeypatch.setattr("lambdas.review.verdicts.transact", lambda *_: False)
    with pytest.raises(ReviewError, match="changed at every attempt; try again"):
        decide(desk, Review.CONFIRMED)


def test_a_confirmed_encounter_does_not_expire_until_it_is_something_else(desk: Desk) -> None:
    desk.meet()
    decide(desk, Review.CONFIRMED)
    assert desk.encounter().expires_at is None
    decide(desk, Review.UNDECIDED)
    assert desk.encounter().expires_at == int(desk.clock().timestamp()) + 30 * 86_400
