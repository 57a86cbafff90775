"""What each possible threshold would have meant, from the histogram and the verdicts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from lambdas.cases.case import PhotoKind, Range
from lambdas.encounters.encounter import Review, Sighting
from lambdas.encounters.policy import Policy, Thresholds
from lambdas.encounters.score_counts import DayOfScores, ScoreCounts
from lambdas.review.thresholds.advice import PastEncounter, advise
from lambdas.review.thresholds.evidence import level_of, read_advice
from lambdas.review.thresholds.intervals import rate, share
from tests.support.stories import MARLOWE, put_case

if TYPE_CHECKING:
    from tests.support.review_desk import Desk

TEN_DAYS = [
    DayOfScores(camera="cam-01", day=f"2026-11-{day}", scores={81: 2, 96: 1, 98: 1}, below=46) for day in range(10, 20)
]


def past(review: Review, *levels: float | None, camera: str = "cam-01", day: str = "2026-11-12") -> list[PastEncounter]:
    return [PastEncounter(camera=camera, day=day, review=review, level=level) for level in levels]


ENCOUNTERS = (
    past(Review.CONFIRMED, 99.5, 98, 97)
    + past(Review.DISMISSED, 98, 96, 96, 96, 81, None)
    + past(Review.OPEN, 96, 81, 81, 81)
)


def test_row_counts_alerts_false_ones_and_confirmed_kept() -> None:
    advice = advise(ENCOUNTERS, TEN_DAYS, lowest=80)
    assert (advice.days, advice.searches, advice.confirmed, advice.dismissed) == (10, 500, 3, 6)
    row = advice.at(96)
    assert row.searches_per_day == 2
    assert row.alerts_per_day.value == 0.8
    assert row.false_alerts_per_day.value == pytest.approx(0.8 * 4 / 7)
    assert row.confirmed_kept.value == 1
    assert advice.at(97.7).confirmed_kept.value == pytest.approx(2 / 3)
    assert [each.threshold for each in advice.rows][:2] == [80, 81]


def test_proposal_is_the_lowest_threshold_within_the_limit() -> None:
    advice = advise(ENCOUNTERS, TEN_DAYS, lowest=80)
    proposed = advice.proposed(max_false_per_day=0.2)
    assert proposed is not None
    assert proposed.threshold == 96.5
    assert advise(ENCOUNTERS, TEN_DAYS, lowest=80).proposed(max_false_per_day=5) == advice.rows[0]
    flood = past(Review.DISMISSED, *[99.9] * 100)
    assert advise(flood, TEN_DAYS, lowest=80).proposed(max_false_per_day=1) is None


def test_encounters_without_verdicts_count_as_false() -> None:
    row = advise(past(Review.OPEN, 98, 98), TEN_DAYS, lowest=80).at(95)
    assert row.false_alerts_per_day.value == row.alerts_per_day.value == 0.2
    assert row.false_alerts_per_day.low == 0


def test_advice_of_one_camera_ignores_the_others() -> None:
    elsewhere = [DayOfScores(camera="cam-02", day="2026-11-12", scores={99: 5}, below=0)]
    advice = advise(
        [*ENCOUNTERS, *past(Review.DISMISSED, 99, camera="cam-02")], TEN_DAYS + elsewhere, lowest=80, camera="cam-02"
    )
    assert (advice.camera, advice.days, advice.searches, advice.dismissed) == ("cam-02", 1, 5, 1)
    assert advice.at(99).alerts_per_day.value == 1


def test_rates_leave_out_encounters_before_the_counting() -> None:
    old = past(Review.DISMISSED, *[99.0] * 50, day="2026-01-01")
    row = advise([*ENCOUNTERS, *old], TEN_DAYS, lowest=80).at(99)
    assert row.alerts_per_day.value == 0.1
    assert row.false_alerts_per_day.value == pytest.approx(0.1 * 50 / 51)


def test_intervals_match_published_values() -> None:
    """Wilson: Newcombe, Statistics in Medicine 17, 1998, table I. Byar: exact Poisson limits of 10 are 4.80, 18.39."""
    wilson, none = share(81, 263), share(0, 20)
    assert (round(wilson.low, 4), round(wilson.high, 4)) == (0.2553, 0.3662)
    assert (round(none.low, 4), round(none.high, 4)) == (0.0, 0.1611)
    byar = rate(10, 1)
    assert byar.low == pytest.approx(4.80, abs=0.02)
    assert byar.high == pytest.approx(18.39, abs=0.02)
    assert rate(0, 1).high == pytest.approx(3.69, abs=0.05)
    assert (share(0, 0).low, share(0, 0).high) == (0, 1)


def test_level_respects_the_stricter_thresholds_of_the_case(desk: Desk) -> None:
    policy = Policy(minors=Thresholds(85, 97, 97), kinds={PhotoKind.ARTIST: Thresholds(90, 99, 99)})
    child = msgspec.structs.replace(MARLOWE, age_when_missing=Range(min=9, max=9))
    encounter = desk.add_encounter("a", shots=7)  # best 96.5
    assert level_of(encounter, MARLOWE, policy) == 96.5
    assert level_of(encounter, child, policy) is None
    assert level_of(encounter, None, policy) == 96.5


@pytest.mark.parametrize(
    ("sightings", "level"),
    [
        ({"c1": {"similarity": 96.5}}, None),
        ({"c1": {"similarity": 98}}, 98),
        ({"c1": {"similarity": 96.5}, "c2": {"similarity": 82}}, 96.5),
        ({"c1": {"similarity": 96.5, "track": "t2"}, "c2": {"similarity": 82}}, None),
        ({"c1": {"similarity": 96.5, "photos": 2, "alone": True}}, 96.5),
    ],
    ids=["one", "one that is enough alone", "two of a track", "two of two tracks", "two photos"],
)
def test_level_needs_a_second_sighting_below_what_is_enough_alone(
    desk: Desk, sightings: dict[str, dict[str, Any]], level: float | None
) -> None:
    usual = {"captured_at": "2026-11-23T02:00:00.000Z", "photo_id": "910101", "track": "t1", "alone_threshold": 97}
    encounter = desk.add_encounter(
        sightings={name: Sighting(**{**usual, "key": name, **members}) for name, members in sightings.items()}
    )
    assert level_of(encounter, MARLOWE, Policy()) == level


def test_advice_is_read_from_the_encounters_table(desk: Desk) -> None:
    put_case(desk.dynamodb)
    counts = ScoreCounts(dynamodb=desk.dynamodb, table="encounters", kept=timedelta(days=9), now=desk.clock)
    for best in (None, None, 96.5, 98.5):
        counts.add("cam-01", best)
    counts.add("cam-02", None)
    counts.write()
    desk.add_encounter("a", review=Review.CONFIRMED, shots=9)  # best 98.5
    desk.add_encounter("b", review=Review.DISMISSED, shots=7)  # 96.5
    desk.add_encounter("c", shots=9, muted="this passer-by was dismissed as this case")
    advice, cameras = read_advice(
        desk.dynamodb,
        encounters_table="encounters",
        cases_table="cases",
        policy=Policy(by_camera={"cam-02": Thresholds(70, 99, 99)}),
        since="2026-11-01",
        camera=None,
    )
    assert [(each.camera, each.searches, each.rows[0].threshold) for each in cameras] == [
        ("cam-01", 4, 80),
        ("cam-02", 1, 70),
    ]
    assert (advice.days, advice.searches) == (1, 5)
    assert [advice.at(level).alerts_per_day.value for level in (96, 98, 99)] == [2, 1, 0]
