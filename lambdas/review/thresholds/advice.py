"""Compute what each possible alert threshold would have meant, and propose one for a number of false alerts a day."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.encounters.encounter import Review
from lambdas.encounters.score_counts import EDGES
from lambdas.review.thresholds.intervals import Estimate, product, rate, share

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lambdas.encounters.score_counts import DayOfScores

# The thresholds to choose from. Below 70, every search would find somebody.
THRESHOLDS = tuple(edge for edge in EDGES if edge >= 70)


@dataclass(frozen=True, kw_only=True)
class PastEncounter:
    """What the advice needs of an encounter.

    `level` is the highest alert threshold at which it would alert; None if it would at none. `day` is YYYY-MM-DD, UTC.
    """

    camera: str
    day: str
    review: Review
    level: float | None


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one alert threshold would have meant. Shares are 0 to 1.

    A false alert is one that a reviewer dismisses. Of encounters without a verdict, the same share is taken to be false
    as of those with one; without any verdict, all of them. `confirmed_kept` is the share of the confirmed encounters
    that would have alerted. `searches_per_day` counts those whose best score reaches the threshold.
    """

    threshold: float
    alerts_per_day: Estimate
    false_alerts_per_day: Estimate
    confirmed_kept: Estimate
    searches_per_day: float


@dataclass(frozen=True, kw_only=True)
class Advice:
    """The rows of one camera, or of all if `camera` is None, the lowest threshold first.

    `days` is the number of days with searches, from which the rates are; `searches` is their number.
    """

    camera: str | None
    days: int
    searches: int
    confirmed: int
    dismissed: int
    rows: tuple[Row, ...]

    def at(self, threshold: float) -> Row:
        """Return the row of a threshold, or of the next lower one."""
        return max((row for row in self.rows if row.threshold <= threshold), key=lambda row: row.threshold)

    def proposed(self, *, max_false_per_day: float) -> Row | None:
        """Return the lowest threshold with at most this number of false alerts a day; None if every one has more."""
        fitting = (row for row in self.rows if row.false_alerts_per_day.value <= max_false_per_day)
        return next(fitting, None)


def advise(
    encounters: Iterable[PastEncounter], days: Iterable[DayOfScores], *, lowest: float, camera: str | None = None
) -> Advice:
    """Compute the advice for a camera, or for all cameras together.

    Verdicts of any time count for the shares. Rates count the encounters of the days with searches only, so that they
    do not depend on when the counting began. `lowest` is the review threshold: nothing is known about what is below.
    """
    counted = [day for day in days if camera in {None, day.camera}]
    seen = [each for each in encounters if camera in {None, each.camera}]
    dates = {day.day for day in counted}
    current = [each for each in seen if each.day in dates]
    verdicts = Counter(each.review for each in seen)
    return Advice(
        camera=camera,
        days=len(dates),
        searches=sum(day.searches for day in counted),
        confirmed=verdicts[Review.CONFIRMED],
        dismissed=verdicts[Review.DISMISSED],
        rows=tuple(
            _row(threshold, seen, current, counted, len(dates)) for threshold in THRESHOLDS if threshold >= lowest
        ),
    )


def cameras_of(encounters: Iterable[PastEncounter], days: Iterable[DayOfScores]) -> list[str]:
    """List the cameras that searched or met somebody, in alphabetical order."""
    return sorted({each.camera for each in encounters} | {day.camera for day in days})


def _row(
    threshold: float,
    seen: Sequence[PastEncounter],
    current: Sequence[PastEncounter],
    counted: Sequence[DayOfScores],
    days: int,
) -> Row:
    verdicts = Counter(each.review for each in seen if _alerts(each, threshold))
    confirmed, dismissed = verdicts[Review.CONFIRMED], verdicts[Review.DISMISSED]
    alerts = rate(sum(_alerts(each, threshold) for each in current), days)
    all_confirmed = sum(each.review is Review.CONFIRMED for each in seen)
    return Row(
        threshold=threshold,
        alerts_per_day=alerts,
        false_alerts_per_day=product(alerts, share(dismissed, confirmed + dismissed)),
        confirmed_kept=share(confirmed, all_confirmed),
        searches_per_day=sum(day.at_least(threshold) for day in counted) / max(1, days),
    )


def _alerts(encounter: PastEncounter, threshold: float) -> bool:
    return encounter.level is not None and encounter.level >= threshold
