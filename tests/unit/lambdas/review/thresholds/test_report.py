from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdas.encounters.encounter import Review
from lambdas.review.thresholds.report import MIN_VERDICTS, Band, Judged, read_judged, threshold_report
from tests.support.stories import put_case

if TYPE_CHECKING:
    from tests.support.review_desk import Desk


def judged(review: Review, *similarities: float, kind: str = "portrait", alerted: bool = True) -> list[Judged]:
    return [Judged(review=review, kind=kind, similarity=each, alerted=alerted) for each in similarities]


def test_verdicts_are_counted_in_bands() -> None:
    [report] = threshold_report(
        judged(Review.CONFIRMED, 100, 99, 98.99) + judged(Review.DISMISSED, 97, 84.9) + judged(Review.UNDECIDED, 85)
    )
    assert report.bands == (
        Band(low=80, high=85, confirmed=0, dismissed=1, undecided=0),
        Band(low=85, high=90, confirmed=0, dismissed=0, undecided=1),
        Band(low=97, high=99, confirmed=1, dismissed=1, undecided=0),
        Band(low=99, high=100, confirmed=2, dismissed=0, undecided=0),
    )


def test_threshold_keeps_every_confirmed_encounter() -> None:
    verdicts = judged(Review.CONFIRMED, 96.27, 99.9) + judged(Review.DISMISSED, 96.2, 96.19, 95.1, 98)
    [report] = threshold_report(verdicts)
    assert (report.threshold, report.dismissed_alerts, report.dismissed_then) == (96.2, 4, 2)


def test_lower_threshold_alerts_more() -> None:
    verdicts = judged(Review.CONFIRMED, 88.0, alerted=False) + judged(Review.DISMISSED, 89, 90, alerted=False)
    [report] = threshold_report(verdicts)
    assert (report.threshold, report.dismissed_alerts, report.dismissed_then) == (88.0, 0, 2)


def test_no_confirmed_encounter_gives_no_threshold() -> None:
    [report] = threshold_report(judged(Review.DISMISSED, 95))
    assert report.threshold is None
    assert threshold_report([]) == []


@pytest.mark.parametrize(("count", "enough"), [(MIN_VERDICTS, True), (MIN_VERDICTS - 1, False)])
def test_too_few_verdicts_are_not_enough(count: int, enough: bool) -> None:
    verdicts = judged(Review.CONFIRMED, *[99] * MIN_VERDICTS) + judged(Review.DISMISSED, *[96] * count)
    assert threshold_report(verdicts)[0].enough is enough


def test_kind_is_that_of_the_matched_photo(desk: Desk) -> None:
    put_case(desk.dynamodb)
    for encounter_id, review in (("a", Review.CONFIRMED), ("b", Review.OPEN)):
        desk.add_encounter(encounter_id, review=review)
    desk.add_encounter("c", review=Review.DISMISSED, case_id="namus:MP404")
    found = read_judged(desk.dynamodb, encounters_table="encounters", cases_table="cases")
    assert [(each.review, each.kind, each.similarity) for each in found] == [
        (Review.CONFIRMED, "portrait", 91.5),
        (Review.DISMISSED, "unknown", 91.5),
    ]
