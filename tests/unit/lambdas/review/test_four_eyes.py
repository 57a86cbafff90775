"""Two reviewers confirm an encounter; a supervisor decides what they disagree on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdas.encounters.encounter import Review
from lambdas.review.audit import Via
from lambdas.review.errors import NeedsSupervisorError, ReviewError
from lambdas.review.four_eyes import Decided, visible_records

if TYPE_CHECKING:
    from tests.support.review_desk import Desk

CONFIRMED, DISMISSED, UNDECIDED, OPEN = Review.CONFIRMED, Review.DISMISSED, Review.UNDECIDED, Review.OPEN
SECOND, SUPERVISOR = Decided.AWAITS_SECOND, Decided.AWAITS_SUPERVISOR
RECORDED, SAME = Decided.RECORDED, Decided.AS_BEFORE


@pytest.fixture
def strict(desk: Desk) -> Desk:
    object.__setattr__(desk.verdicts, "four_eyes", True)
    return desk


def decide(desk: Desk, by: str, verdict: Review, *, supervisor: bool = False, name: str = "e1") -> Decided:
    desk.clock.advance(seconds=1)
    at = desk.clock()
    return desk.verdicts.decide(name, verdict, by=by, at=at, via=Via.CONSOLE, is_supervisor=supervisor)


STORIES: list[tuple[list[tuple[str, Review, Decided]], Review]] = [
    ([("Ada", CONFIRMED, SECOND)], OPEN),
    ([("Ada", CONFIRMED, SECOND), ("ADA ", CONFIRMED, SAME)], OPEN),
    ([("Ada", CONFIRMED, SECOND), ("Bob", CONFIRMED, RECORDED)], CONFIRMED),
    ([("Ada", CONFIRMED, SECOND), ("Ada", DISMISSED, RECORDED)], DISMISSED),
    ([("Ada", DISMISSED, RECORDED)], DISMISSED),
    ([("Ada", UNDECIDED, RECORDED), ("Bob", CONFIRMED, SECOND)], UNDECIDED),
    ([("Ada", CONFIRMED, SECOND), ("Bob", DISMISSED, SUPERVISOR)], OPEN),
    ([("Ada", CONFIRMED, SECOND), ("Bob", UNDECIDED, SUPERVISOR), ("Bob", CONFIRMED, RECORDED)], CONFIRMED),
    ([("Ada", CONFIRMED, SECOND), ("Bob", DISMISSED, SUPERVISOR), ("Ada", DISMISSED, RECORDED)], DISMISSED),
]


def test_two_reviewers_confirm_and_one_dismisses(strict: Desk) -> None:
    for number, (steps, review) in enumerate(STORIES):
        name = f"e{number}"
        strict.add_encounter(name)
        assert [decide(strict, by, verdict, name=name) for by, verdict, _ in steps] == [said for *_, said in steps]
        assert strict.encounter(name).review is review, steps


def test_first_confirmation_changes_nothing_that_others_see(strict: Desk) -> None:
    before = strict.add_encounter()
    decide(strict, "Ada", CONFIRMED)
    encounter = strict.encounter()
    assert (encounter.stage, encounter.reviewed_by, encounter.expires_at) == (before.stage, None, before.expires_at)
    assert all(key.startswith("encounters/") for key in strict.picture_keys())
    records = list(strict.audit.of("e1"))
    assert [record.kind.value for record in visible_records(encounter, records, viewer="Bob")] == []
    assert [record.note for record in visible_records(encounter, records, viewer="Ada")] == ["confirmed"]
    decide(strict, "Bob", CONFIRMED)
    encounter = strict.encounter()
    assert (encounter.reviewed_by, encounter.opinions) == ("Ada, Bob", [])
    seen = visible_records(encounter, strict.audit.of("e1"), viewer="Cy")
    assert [(record.kind.value, record.by) for record in seen] == [("opinion", "Ada"), ("confirmed", "Bob")]


def test_supervisor_who_gave_no_opinion_ends_a_disagreement(strict: Desk) -> None:
    strict.add_encounter()
    decide(strict, "Ada", CONFIRMED)
    decide(strict, "Bob", DISMISSED, supervisor=True)
    with pytest.raises(NeedsSupervisorError, match="a supervisor who has not reviewed it yet decides"):
        decide(strict, "Cy", CONFIRMED)
    assert decide(strict, "Bob", UNDECIDED, supervisor=True) is SUPERVISOR
    assert decide(strict, "Cy", DISMISSED, supervisor=True) is RECORDED
    assert (strict.encounter().review, strict.encounter().opinions) == (DISMISSED, [])
    assert strict.picture_keys() == []


def test_one_reviewer_does_not_overturn_a_confirmation(strict: Desk) -> None:
    strict.add_encounter()
    for by in ("Ada", "Bob"):
        decide(strict, by, CONFIRMED)
    for by in ("Ada", "Cy"):
        with pytest.raises(NeedsSupervisorError, match="a supervisor changes that"):
            decide(strict, by, DISMISSED)
    assert (strict.encounter().review, len(strict.picture_keys())) == (CONFIRMED, 2)
    assert decide(strict, "Sue", DISMISSED, supervisor=True) is RECORDED


def test_simultaneous_confirmations_count_as_two(strict: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    strict.add_encounter()
    stale = strict.encounter()
    decide(strict, "Ada", CONFIRMED)
    real, reads = strict.verdicts.read, iter([stale])
    monkeypatch.setattr(type(strict.verdicts), "read", lambda _, name: next(reads, None) or real(name))
    assert decide(strict, "Bob", CONFIRMED) is RECORDED
    assert strict.encounter().reviewed_by == "Ada, Bob"


def test_opinion_can_be_taken_back(strict: Desk) -> None:
    strict.add_encounter()
    decide(strict, "Ada", CONFIRMED)
    undo = {"at": strict.clock(), "via": Via.CONSOLE}
    with pytest.raises(ReviewError, match="can be undone for 10 minutes"):
        strict.verdicts.undo("e1", by="Bob", **undo)
    strict.verdicts.undo("e1", by="Ada", **undo)
    assert strict.encounter().opinions == []
    assert decide(strict, "Bob", CONFIRMED) is SECOND
