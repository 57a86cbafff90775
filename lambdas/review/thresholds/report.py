"""Report at which similarity reviewers confirm and dismiss, to help choose the thresholds."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.cases.table import read_case
from lambdas.encounters.encounter import Review
from lambdas.encounters.table import encounters_by_review, read_readable
from lambdas.review.verdicts import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

# Lower ends of the bands of similarity, narrowest where thresholds usually are.
_BANDS = (0, 80, 85, 90, 95, 97, 99)
# A share estimated from 20 verdicts has a margin of error of a fifth. Fewer verdicts tell nothing.
MIN_VERDICTS = 20


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One encounter with a verdict: the kind of photo that matched, and the best similarity (0 to 100)."""

    review: Review
    kind: str
    similarity: float
    alerted: bool


@dataclass(frozen=True, kw_only=True)
class Band:
    """Counts of verdicts for `low` <= best similarity < `high`. The last band includes 100."""

    low: float
    high: float
    confirmed: int
    dismissed: int
    undecided: int


@dataclass(frozen=True, kw_only=True)
class KindReport:
    """The verdicts of one kind of photo.

    `threshold` is the highest alert threshold, to one decimal, that every confirmed encounter reaches; None if none is
    confirmed. `dismissed_alerts` counts dismissed encounters that alerted, `dismissed_then` those that would have
    alerted at `threshold`. `enough` says whether there are enough verdicts for a conclusion.
    """

    kind: str
    bands: tuple[Band, ...]
    threshold: float | None
    dismissed_alerts: int
    dismissed_then: int
    enough: bool


def threshold_report(judged: Iterable[Judged]) -> list[KindReport]:
    """Return one report for each kind of photo, sorted by name."""
    by_kind: dict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        by_kind[each.kind].append(each)
    return [_report(kind, by_kind[kind]) for kind in sorted(by_kind)]


def read_judged(dynamodb: DynamoDBClient, *, encounters_table: str, cases_table: str) -> Iterator[Judged]:
    """Read every encounter with a verdict. Closed cases still have the kinds of their photos."""
    kinds: dict[str, dict[str, str]] = {}
    for review in sorted(VERDICTS):
        for listed in encounters_by_review(dynamodb, review, table=encounters_table):
            encounter = read_readable(dynamodb, table=encounters_table, encounter_id=listed.encounter_id)
            if encounter is None or encounter.review not in VERDICTS:
                continue
            if encounter.case_id not in kinds:
                kinds[encounter.case_id] = _photo_kinds(dynamodb, cases_table, encounter.case_id)
            yield Judged(
                review=encounter.review,
                kind=kinds[encounter.case_id].get(encounter.best.photo_id, "unknown"),
                similarity=encounter.best.similarity,
                alerted=encounter.alert is not None,
            )


def _photo_kinds(dynamodb: DynamoDBClient, table: str, case_id: str) -> dict[str, str]:
    stored = read_case(dynamodb, table=table, case_id=case_id)
    return {photo.photo_id: photo.kind.value for photo in stored.case.photos} if stored else {}


def _report(kind: str, judged: list[Judged]) -> KindReport:
    confirmed = [each.similarity for each in judged if each.review is Review.CONFIRMED]
    dismissed = [each for each in judged if each.review is Review.DISMISSED]
    threshold = math.floor(min(confirmed) * 10) / 10 if confirmed else None
    return KindReport(
        kind=kind,
        bands=tuple(_bands(judged)),
        threshold=threshold,
        dismissed_alerts=sum(each.alerted for each in dismissed),
        dismissed_then=sum(each.similarity >= threshold for each in dismissed) if threshold is not None else 0,
        enough=min(len(confirmed), len(dismissed)) >= MIN_VERDICTS,
    )


def _bands(judged: list[Judged]) -> Iterator[Band]:
    for low, high in zip(_BANDS, (*_BANDS[1:], math.inf), strict=True):
        counted = Counter(each.review for each in judged if low <= each.similarity < high)
        if counted:
            yield Band(
                low=low,
                high=min(high, 100),
                confirmed=counted[Review.CONFIRMED],
                dismissed=counted[Review.DISMISSED],
                undecided=counted[Review.UNDECIDED],
            )
