"""What the tables know of those whom a search found: asked for in one request, because an alert waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.cases.case import CaseStatus
from lambdas.cases.table import CASE_RECORD, record_key, stored_case
from lambdas.common.cameras_table import site_of
from lambdas.common.dynamodb import read_many
from lambdas.detection.windows import Window, read_window
from lambdas.encounters.table import window_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.cases.case import Case

MOST_CASES = 49  # with a window each, and one camera, no more keys than one request may have


@dataclass(frozen=True, kw_only=True)
class Known:
    """The cases that are open, the window at this camera of each by case id, and where the camera stands."""

    open_cases: list[Case]
    windows: dict[str, Window]
    site: str


def read_known(
    dynamodb: DynamoDBClient,
    case_ids: Iterable[str],
    camera: str,
    *,
    cases_table: str,
    cameras_table: str,
    encounters_table: str,
) -> Known:
    """What is known of these cases, up to `MOST_CASES` of them, at this camera."""
    keys = {case_id: window_key(case_id, camera) for case_id in case_ids}
    items = read_many(
        dynamodb,
        {
            cases_table: [record_key(case_id, CASE_RECORD) for case_id in keys],
            encounters_table: [{"encounter_id": {"S": key}} for key in keys.values()],
            cameras_table: [{"camera": {"S": camera}}],
        },
    )
    stored = [stored_case(item) for item in items[cases_table]]
    windows = {item["encounter_id"]: item for item in items[encounters_table]}
    return Known(
        open_cases=[found.case for found in stored if found.status is CaseStatus.OPEN],
        windows={case_id: read_window(windows.get(key)) for case_id, key in keys.items()},
        site=site_of(next(iter(items[cameras_table]), {}), camera),
    )
