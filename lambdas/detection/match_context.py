"""Load what a match needs beside the search's hits, in one request, because an alert waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.cases.case import CaseStatus
from lambdas.cases.table import CASE_RECORD, record_key, stored_case
from lambdas.common.cameras_table import site_of
from lambdas.common.dynamodb import read_many
from lambdas.encounters.flood_counts import alerts_key
from lambdas.encounters.look_alikes import look_alike_halvings, verdicts_key, verdicts_of
from lambdas.encounters.table import encounter_key
from lambdas.encounters.window import Window, window_key, window_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.cases.case import Case

MAX_CASES = 32  # a case, a window and verdicts each, one camera and its count of alerts: the 100 keys of a request


@dataclass(frozen=True, kw_only=True)
class MatchContext:
    """The open cases among the hits, their windows at this camera by case id, and the camera's site.

    `look_alikes` is how much each case needs more, because it looks like many people. `first_alerts` is the number of
    first alerts that the camera gave in this hour.
    """

    open_cases: list[Case]
    look_alikes: dict[str, float]
    windows: dict[str, Window]
    site: str
    first_alerts: int


def read_match_context(
    dynamodb: DynamoDBClient,
    case_ids: Iterable[str],
    camera: str,
    *,
    cases_table: str,
    cameras_table: str,
    encounters_table: str,
    now: datetime,
) -> MatchContext:
    """Load the cases (at most `MAX_CASES`), their windows at this camera, its site, and its first alerts."""
    counted = alerts_key(camera, now)
    keys = {case_id: window_key(case_id, camera) for case_id in case_ids}
    verdicts = map(verdicts_key, keys)
    items = read_many(
        dynamodb,
        {
            cases_table: [record_key(case_id, CASE_RECORD) for case_id in keys],
            encounters_table: [encounter_key(key) for key in (*keys.values(), *verdicts, counted)],
            cameras_table: [{"camera": {"S": camera}}],
        },
    )
    stored = [stored_case(item) for item in items[cases_table]]
    found = {item["encounter_id"]: item for item in items[encounters_table]}
    return MatchContext(
        open_cases=[each.case for each in stored if each.status is CaseStatus.OPEN],
        look_alikes={
            each.case.case_id: look_alike_halvings(
                each, verdicts_of(found.get(verdicts_key(each.case.case_id))), now=now
            )
            for each in stored
        },
        windows={case_id: window_of(found.get(key)) for case_id, key in keys.items()},
        site=site_of(next(iter(items[cameras_table]), {}), camera),
        first_alerts=found.get(counted, {}).get("used", 0),
    )
