from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lambdas.common.times import now
from lambdas.encounters.encounter import AlertState, Review
from lambdas.encounters.score_counts import ScoreCounts

if TYPE_CHECKING:
    from tests.support.review_desk import Desk
    from tests.support.town import Town


def thresholds(town: Town, *arguments: str) -> str:
    return town.run("thresholds", "--agency-file", str(town.agency_file), *arguments).stdout


@pytest.fixture
def judged(desk: Desk) -> Desk:
    """The desk after a day with ten searches, of which four met somebody."""
    at = now().strftime("%Y-%m-%dT00:00:00.000Z")
    sent = AlertState.SENT
    desk.add_encounter("a", review=Review.CONFIRMED, alert=sent, shots=9, started_at=at)  # best 98.5
    desk.add_encounter("b", review=Review.DISMISSED, alert=sent, shots=7, started_at=at)  # 96.5
    desk.add_encounter("c", review=Review.DISMISSED, shots=2, started_at=at)
    desk.add_encounter("d", review=Review.OPEN, shots=9, started_at=at)
    counts = ScoreCounts(dynamodb=desk.dynamodb, table="encounters", kept=timedelta(days=9), now=now)
    for best in (98.5, 96.5, 91.5, 98.5, *[None] * 6):
        counts.add("cam-01", best)
    counts.write()
    return desk


@pytest.mark.usefixtures("judged")
def test_thresholds_suggests_an_alert_threshold(town: Town) -> None:
    [report] = json.loads(thresholds(town, "--json"))["by_photo_kind"]
    assert report["kind"] == "portrait"
    assert (report["threshold"], report["dismissed_alerts"], report["dismissed_then"]) == (98.5, 1, 0)
    text = thresholds(town)
    assert "alert_threshold = 98.5 would have kept every confirmed encounter" in text
    assert "0 dismissed ones instead of 1 (-1); too few verdicts, " in text


@pytest.mark.usefixtures("judged")
def test_thresholds_proposes_one_for_a_limit_of_false_alerts(town: Town) -> None:
    limit = ("--max-false-alerts-per-day", "0.5")
    found = json.loads(thresholds(town, *limit, "--json"))
    assert (found["advice"]["proposed"], found["advice"]["searches"]) == (97, 10)
    text = thresholds(town, *limit)
    assert "For at most 0.5 false alerts a day, set alert_threshold = 97 in [matching] instead of 95.8: 0 (" in text
    assert "100% (21% to 100%) of the confirmed encounters alert; too few verdicts to rely on it" in text
    text = thresholds(town, *limit, "--camera", "cam-01")
    assert "set alert_threshold = 97 in [matching.by_camera.cam-01]" in text
    assert "no threshold can be proposed" in thresholds(town, "--camera", "cam-09")


def test_thresholds_without_searches_and_verdicts_says_so(town: Town) -> None:
    text = thresholds(town)
    assert "No verdicts yet" in text
    assert "No searches are counted in these days, so no threshold can be proposed" in text


def test_thresholds_refuses_a_name_that_no_camera_has(town: Town) -> None:
    assert town.run("thresholds", "--camera", "cam/1").exit_code == 2
