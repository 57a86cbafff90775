from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lambdas.encounters.encounter import AlertState, Review

if TYPE_CHECKING:
    from tests.support.review_desk import Desk
    from tests.support.town import Town


def test_thresholds_suggests_an_alert_threshold(town: Town, desk: Desk) -> None:
    assert "No verdicts yet" in town.run("thresholds").stdout
    sent = AlertState.SENT
    desk.add_encounter("a", review=Review.CONFIRMED, alert=sent, shots=9)  # best 98.5
    desk.add_encounter("b", review=Review.DISMISSED, alert=sent, shots=7)  # 96.5
    desk.add_encounter("c", review=Review.DISMISSED, shots=2)
    desk.add_encounter("d", review=Review.OPEN, shots=9)
    [report] = json.loads(town.run("thresholds", "--json").stdout)
    assert report["kind"] == "portrait"
    assert (report["threshold"], report["dismissed_alerts"], report["dismissed_then"]) == (98.5, 1, 0)
    text = town.run("thresholds").stdout
    assert "alert_threshold = 98.5 would have kept every confirmed encounter" in text
    assert "0 dismissed ones instead of 1 (-1); too few verdicts, " in text
