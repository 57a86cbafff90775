"""Count how well searches matched, per camera and day: a histogram of best scores that tells nothing of anybody.

The item `scores#CAMERA#DAY` of the encounters table has one number for each bucket of similarity, `below` for the
searches that found no open case, and nothing else. From it `homeward thresholds` knows how much traffic a camera has.
"""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.common.dynamodb import from_attributes, retry_conflicts, to_attributes
from lambdas.common.times import to_text, utc_day
from lambdas.encounters.table import encounter_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime, timedelta

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.common.dynamodb import Item

logger = logging.getLogger(__name__)

# Lower ends of the buckets. They are narrowest where thresholds are.
EDGES = (*map(float, range(95)), *(95 + step / 2 for step in range(8)), *(99 + step / 10 for step in range(10)))
_BELOW = "below"


@dataclass(frozen=True, kw_only=True)
class DayOfScores:
    """The searches of one camera on one day (UTC).

    `scores` counts them by the lower end of the bucket of their best score. `below` counts those without any score:
    no open case reached the camera's review threshold.
    """

    camera: str
    day: str
    scores: dict[float, int]
    below: int

    @property
    def searches(self) -> int:
        """The number of all searches."""
        return sum(self.scores.values()) + self.below

    def at_least(self, similarity: float) -> int:
        """Count the searches whose best score is in a bucket from this similarity up."""
        return sum(count for edge, count in self.scores.items() if edge >= similarity)


@dataclass(kw_only=True)
class ScoreCounts:
    """Collects the best scores of an invocation's searches, and adds them to the table afterwards.

    The counts are statistics: a search that is repeated after a crash counts twice, and one whose counts cannot be
    written does not count.
    """

    dynamodb: DynamoDBClient
    table: str
    kept: timedelta
    now: Callable[[], datetime]
    _counts: defaultdict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, camera: str, best: float | None) -> None:
        """Note a search of the camera with its best similarity, 0 to 100; None if it found no open case."""
        bucket = _BELOW if best is None else _name(EDGES[bisect_right(EDGES, best) - 1])
        self._counts[camera, utc_day(to_text(self.now()))][bucket] += 1

    def write(self) -> None:
        """Add what was noted to the table. A failure is logged, because the captures are settled already."""
        noted, self._counts = self._counts, defaultdict(Counter)
        for (camera, day), counts in noted.items():
            try:
                retry_conflicts(self.dynamodb.update_item, **self._update(camera, day, counts))
            except (ClientError, BotoCoreError) as error:
                logger.warning("scores not counted", extra={"camera": camera, "error": str(error)})

    def _update(self, camera: str, day: str, counts: Counter[str]) -> dict[str, Any]:
        values = {
            ":kind": "scores",
            ":camera": camera,
            ":day": day,
            ":expiry": int((self.now() + self.kept).timestamp()),
        }
        added = ", ".join(f"{bucket} :{bucket}" for bucket in counts)
        return {
            "TableName": self.table,
            "Key": scores_key(camera, day),
            "UpdateExpression": f"SET kind = :kind, camera = :camera, #day = :day, expires_at = :expiry ADD {added}",
            "ExpressionAttributeNames": {"#day": "day"},
            "ExpressionAttributeValues": to_attributes(values | {f":{name}": count for name, count in counts.items()}),
        }


def scores_key(camera: str, day: str) -> Item:
    """Build the typed key of the histogram of a camera and day."""
    return encounter_key(f"scores#{camera}#{day}")


def read_scores(dynamodb: DynamoDBClient, *, table: str, since: str = "") -> Iterator[DayOfScores]:
    """Read the histograms of all cameras from this day (YYYY-MM-DD) on, in no order."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="kind = :kind AND #day >= :since",
        ExpressionAttributeNames={"#day": "day"},
        ExpressionAttributeValues=to_attributes({":kind": "scores", ":since": since}),
    )
    for page in pages:
        yield from map(day_of_scores, map(from_attributes, page["Items"]))


def day_of_scores(item: Item) -> DayOfScores:
    """Read the histogram of one camera and day from the plain values of its item."""
    edges = {_name(edge): edge for edge in EDGES}
    return DayOfScores(
        camera=item["camera"],
        day=item["day"],
        scores={edges[name]: count for name, count in item.items() if name in edges},
        below=item.get(_BELOW, 0),
    )


def _name(edge: float) -> str:
    """Name a bucket's attribute: s995 for 99.5 and up."""
    return f"s{round(edge * 10)}"
