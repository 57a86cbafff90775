"""What is known of cases that look like many people, and how much more they need for it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from homeward.case_listing import read_cases
from lambdas.cases.case import CaseStatus
from lambdas.common.times import now
from lambdas.encounters.encounter import Review
from lambdas.encounters.look_alikes import CaseVerdicts, all_verdicts, look_alike_halvings
from lambdas.encounters.policy import Thresholds

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.cases.table import StoredCase

_USUAL = Thresholds()


def look_alike_facts(stored: StoredCase, known: CaseVerdicts) -> dict[str, Any]:
    """Return the cases that it resembles, its verdicts, and what the default thresholds become."""
    counted = Counter(each.verdict for each in known.verdicts)
    raised = _USUAL.raised(look_alike_halvings(stored, known, now=now()))
    return {
        "near_cases": sorted(stored.near),
        "among": stored.among,
        "dismissed": counted[Review.DISMISSED],
        "confirmed": counted[Review.CONFIRMED],
        "alert_threshold_becomes": raised.alert,
        "alone_threshold_becomes": raised.alone,
    }


def read_look_alikes(dynamodb: DynamoDBClient, *, encounters_table: str, cases_table: str) -> dict[str, dict[str, Any]]:
    """Return the facts of each open case that needs more because it looks like many people, the strictest first."""
    known = all_verdicts(dynamodb, table=encounters_table)
    found = {
        stored.case.case_id: look_alike_facts(stored, known.get(stored.case.case_id, CaseVerdicts()))
        for stored in read_cases(dynamodb, table=cases_table)
        if stored.status is CaseStatus.OPEN
    }
    stricter = {case_id: facts for case_id, facts in found.items() if facts["alert_threshold_becomes"] > _USUAL.alert}
    return dict(sorted(stricter.items(), key=lambda each: -each[1]["alert_threshold_becomes"]))


def look_alike_line(facts: dict[str, Any]) -> str:
    """Say the facts in one line."""
    text = (
        f"resembles {len(facts['near_cases'])} of {facts['among']} other cases; alerts: {facts['dismissed']} "
        f"dismissed, {facts['confirmed']} confirmed"
    )
    if facts["alert_threshold_becomes"] == _USUAL.alert:
        return text
    alert, alone = facts["alert_threshold_becomes"], facts["alone_threshold_becomes"]
    return f"{text}; so a threshold of {_USUAL.alert:g} becomes {alert:g}, and {_USUAL.alone:g} {alone:g}"
