"""Acknowledgments and verdicts, with their records in the audit and in the window of the case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lambdas.common.dynamodb import to_attributes
from lambdas.encounters.encounter import Review, Stage
from lambdas.encounters.look_alikes import verdicts_key
from lambdas.review.audit import Via
from lambdas.review.errors import EncounterOverError, NoEncounterError, ReviewError
from lambdas.review.four_eyes import Decided
from tests.support.review_desk import CASE, STARTED, WINDOW

if TYPE_CHECKING:
    from tests.support.review_desk import Desk


def decide(desk: Desk, verdict: Review, *, encounter_id: str = "e1", by: str = "Ada") -> bool:
    desk.clock.advance(seconds=1)
    how: dict[str, Any] = {"by": by, "at": desk.clock(), "via": Via.COMMAND_LINE, "note": "seen"}
    return desk.verdicts.decide(encounter_id, verdict, **how) is Decided.RECORDED


def acknowledge(desk: Desk, *, by: str = "Ada") -> bool:
    return desk.verdicts.acknowledge("e1", by=by, at=desk.clock(), via=Via.LINK)


def test_first_acknowledgment_wins(desk: Desk) -> None:
    desk.add_encounter()
    assert (acknowledge(desk), acknowledge(desk, by="Bob")) == (True, False)
    encounter = desk.encounter()
    assert (encounter.stage, encounter.acknowledged_by) == (Stage.ACKNOWLEDGED, "Ada")
    assert desk.audited() == [("acknowledged", "Ada")]


def test_names_and_notes_are_one_visible_line(desk: Desk) -> None:
    desk.add_encounter()
    acknowledge(desk, by="Ada\nconfirmed by Bob\u202e")
    desk.clock.advance(seconds=1)
    how: dict[str, Any] = {"at": desk.clock(), "via": Via.COMMAND_LINE}
    desk.verdicts.decide("e1", Review.UNDECIDED, by="Ada\x1b[2J\tL.", note="Too\u2028dark", **how)
    encounter = desk.encounter()
    assert (encounter.acknowledged_by, encounter.reviewed_by) == ("Ada confirmed by Bob", "Ada L.")
    assert [(record.by, record.note) for record in desk.audit.of("e1")] == [
        ("Ada confirmed by Bob", None),
        ("Ada L.", "Too dark"),
    ]


def test_decided_encounter_cannot_be_acknowledged(desk: Desk) -> None:
    desk.add_encounter(review=Review.CONFIRMED, shots=1)
    assert acknowledge(desk) is False
    assert desk.encounter().acknowledged_at is None
    assert desk.audited() == []


def test_repeating_a_verdict_changes_nothing(desk: Desk) -> None:
    desk.add_encounter()
    assert decide(desk, Review.DISMISSED) is True
    first, window = desk.item("e1"), desk.item(WINDOW)
    assert decide(desk, Review.DISMISSED, by="Bob") is False
    assert desk.item("e1") == first
    assert desk.item(WINDOW) == window
    assert desk.audited() == [("dismissed", "Ada")]


def test_changed_verdict_leaves_two_audit_records(desk: Desk) -> None:
    desk.add_encounter()
    decide(desk, Review.UNDECIDED)
    decide(desk, Review.CONFIRMED, by="Bob")
    encounter = desk.encounter()
    assert (encounter.review, encounter.reviewed_by) == (Review.CONFIRMED, "Bob")
    assert desk.audited() == [("undecided", "Ada"), ("confirmed", "Bob")]
    assert [record.note for record in desk.audit.of("e1")] == ["seen", "seen"]


@pytest.mark.parametrize("review", [Review.WITHDRAWN, Review.EXPIRED])
def test_withdrawn_or_expired_encounter_takes_no_verdict(desk: Desk, review: Review) -> None:
    desk.add_encounter(review=review)
    with pytest.raises(EncounterOverError, match=f"encounter e1 is {review.value}: "):
        decide(desk, Review.CONFIRMED)
    with pytest.raises(EncounterOverError):
        acknowledge(desk)
    assert desk.audited() == []


def test_unknown_encounter_and_invalid_verdict_are_refused(desk: Desk) -> None:
    desk.dynamodb.put_item(TableName="encounters", Item=to_attributes({"encounter_id": "e1", "kind": "window"}))
    for encounter_id in ("e1", "e2"):
        with pytest.raises(NoEncounterError, match=f"there is no encounter {encounter_id}"):
            decide(desk, Review.CONFIRMED, encounter_id=encounter_id)
    with pytest.raises(ValueError, match="open is not a verdict: use confirmed, dismissed, undecided"):
        decide(desk, Review.OPEN)


def test_each_dismissed_encounter_counts_once_in_the_window(desk: Desk) -> None:
    window = {
        "encounter_id": WINDOW,
        "kind": "window",
        "version": 4,
        "encounters": [{"encounter_id": "e1", "started_at": STARTED}],
    }
    desk.dynamodb.put_item(TableName="encounters", Item=to_attributes(window))
    for encounter_id in ("e1", "e2"):
        desk.add_encounter(encounter_id)
        decide(desk, Review.DISMISSED, encounter_id=encounter_id)
        decide(desk, Review.DISMISSED, encounter_id=encounter_id)
    recorded = desk.item(WINDOW)
    assert recorded.pop("expires_at") == int(desk.clock().timestamp()) - 1 + 30 * 86_400
    assert recorded == window | {
        "version": 6,
        "dismissals": 2,
        "dismissed_at": "2026-11-23T03:00:03.000Z",
        "dismissed_tracks": ["e1-t0", "e1-t1", "e2-t0", "e2-t1"],
    }


def test_window_keeps_the_last_50_dismissed_tracks(desk: Desk) -> None:
    desk.add_encounter(shots=60)
    decide(desk, Review.DISMISSED)
    tracks = desk.item(WINDOW)["dismissed_tracks"]
    assert tracks == [f"e1-t{shot}" for shot in range(10, 60)]


def test_dismissal_creates_an_expired_window_again(desk: Desk) -> None:
    desk.add_encounter()
    decide(desk, Review.DISMISSED)
    window = desk.item(WINDOW)
    assert (window["kind"], window["version"], window["encounters"], window["dismissals"]) == ("window", 1, [], 1)
    assert window["expires_at"] > desk.clock().timestamp()


def test_changing_a_dismissal_removes_it_from_the_window(desk: Desk) -> None:
    for encounter_id in ("e1", "e2"):
        desk.add_encounter(encounter_id)
        decide(desk, Review.DISMISSED, encounter_id=encounter_id)
    decide(desk, Review.UNDECIDED, encounter_id="e1")
    window = desk.item(WINDOW)
    assert (window["version"], window["dismissals"], window["dismissed_tracks"]) == (3, 1, ["e2-t0", "e2-t1"])
    assert window["dismissed_at"] == "2026-11-23T03:00:02.000Z"
    decide(desk, Review.CONFIRMED, encounter_id="e2")
    window = desk.item(WINDOW)
    assert (window["version"], window["dismissals"], window["dismissed_tracks"]) == (4, 0, [])
    assert "dismissed_at" not in window


def test_concurrently_changed_window_is_read_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add_encounter()
    window = {"encounter_id": WINDOW, "kind": "window", "version": 4, "encounters": []}
    desk.dynamodb.put_item(TableName="encounters", Item=to_attributes(window))
    real, calls = desk.dynamodb.transact_write_items, iter(range(1, 99))

    def change_window_first(**request: Any) -> Any:
        if next(calls) == 1:
            desk.dynamodb.put_item(TableName="encounters", Item=to_attributes(window | {"version": 5}))
        return real(**request)

    monkeypatch.setattr(desk.dynamodb, "transact_write_items", change_window_first)
    assert decide(desk, Review.DISMISSED) is True
    assert desk.item(WINDOW)["version"] == 6
    assert desk.audited() == [("dismissed", "Ada")]


def test_constant_contention_raises_review_error(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add_encounter()
    monkeypatch.setattr("lambdas.review.verdicts.transact", lambda *_: False)
    with pytest.raises(ReviewError, match="changed during all 12 attempts; try again"):
        decide(desk, Review.CONFIRMED)


def test_confirmed_encounter_does_not_expire(desk: Desk) -> None:
    desk.add_encounter()
    decide(desk, Review.CONFIRMED)
    assert desk.encounter().expires_at is None
    decide(desk, Review.UNDECIDED)
    assert desk.encounter().expires_at == int(desk.clock().timestamp()) + 30 * 86_400


def remembered(desk: Desk) -> list[tuple[str, str]]:
    """Return the verdicts that raise or lower what the case needs at every camera."""
    return [(each["encounter_id"], each["verdict"]) for each in desk.item(verdicts_key(CASE)).get("verdicts", [])]


def test_verdicts_on_alerts_are_remembered_for_the_case(desk: Desk) -> None:
    for name, camera in (("e1", "cam-01"), ("e2", "cam-02"), ("e3", "cam-02")):
        desk.add_encounter(name, camera=camera, dropped_alerting=1)
    decide(desk, Review.DISMISSED)
    decide(desk, Review.CONFIRMED, encounter_id="e2")
    decide(desk, Review.UNDECIDED, encounter_id="e3")
    assert remembered(desk) == [("e1", "dismissed"), ("e2", "confirmed")]
    decide(desk, Review.UNDECIDED)
    assert remembered(desk) == [("e2", "confirmed")]


def test_dismissal_far_below_the_alert_threshold_is_not_remembered(desk: Desk) -> None:
    desk.add_encounter()
    decide(desk, Review.DISMISSED)
    assert remembered(desk) == []
