"""Compares the rule that decides on alerts with the one of before, on people who walk past rendered cameras.

    .venv/bin/python -m benchmarks.evidence

Every face of the set-up takes part, each with the one picture that there is of it. Its photos and its walks are that
picture on other days: with its parts moved, in another light. Half of the walks are degraded: blurred, dark, small,
compressed or turned. The camera program's own code chooses the shots, the local engine embeds them, and the match
function's own code decides (benchmarks/walks/rules.py).

Each round deals the people anew: some for tuning, and for measuring 30 cases of one to four photos and the rest as
strangers. All figures are of the people for measuring, at the default thresholds. The intervals are of a bootstrap over
people, because the walks of one person are alike. The defaults were chosen on the same faces, so the figures are
optimistic (docs/decisions/0042-measured-evidence.md). Then thirty days of traffic, with a reviewer's verdicts.

Writes build/bench/evidence.json.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.support.figures import write_figures
from benchmarks.walks.gallery import gallery_of
from benchmarks.walks.people import portraits
from benchmarks.walks.rules import NewRule, OldRule, with_thresholds
from benchmarks.walks.samples import sample
from benchmarks.walks.traffic import Tally, a_month, once_each

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from benchmarks.walks.samples import Person

CASES, TUNING_CASES, TUNING_STRANGERS = 30, 10, 10
PASSAGES, ROUNDS, MONTHS = 6, 16, 8
GOALS = {
    "wrong_case_ratio": "at most 0.25",
    "false_alerts_ratio": "at most 0.7",
    "recall_ratio": "at least 0.98",
    "false_alerts_ratio_after_verdicts": "at most 0.5",
    "recall_ratio_after_verdicts": "equal",
    "delay_s": "at most 3",
    "searches_per_passer_by": "at most 1.3",
    "alone_delay_ratio": "at most 1.05",
}
# Pairs of alert_threshold and alone_threshold that are compared on the people for tuning.
Tallies = dict[tuple[float, float], Tally]
_PAIRS = ((95, 95), (95, 99), (96, 99), (96, 98), (97, 99), (97, 99.5), (98, 99.5), (99, 99.5))


@dataclass
class Sides:
    """What both rules did in all rounds."""

    old: Tally = field(default_factory=Tally)
    new: Tally = field(default_factory=Tally)


def main(
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 1,
    passages: Annotated[int, typer.Option(min=2, help="Walks of each person.")] = PASSAGES,
) -> None:
    """Compare both rules."""
    with tempfile.TemporaryDirectory() as folder:
        people = sample(portraits(Path(folder)), passages=passages, seed=100 * seed)
    figures = measure(people, seed=seed)
    write_figures("evidence", figures)
    console = Console(width=110)
    console.print(draw(figures))
    console.print(draw_tuning(figures))


def measure(people: Sequence[Person], *, seed: int) -> dict[str, float]:
    """Deal the people several times, and measure both rules."""
    random = np.random.default_rng(seed)
    once, month = Sides(), Sides()
    tuning: Tallies = {pair: Tally() for pair in _PAIRS}
    for number in range(ROUNDS):
        dealt = [people[index] for index in random.permutation(len(people))]
        for_tuning, measured = dealt[: TUNING_CASES + TUNING_STRANGERS], dealt[TUNING_CASES + TUNING_STRANGERS :]
        _tune(for_tuning[:TUNING_CASES], for_tuning[TUNING_CASES:], tuning)
        enrolled, strangers = measured[:CASES], measured[CASES:]
        once.old.deal = once.new.deal = number
        once_each(OldRule(gallery_of(enrolled)), enrolled, strangers, once.old)
        once_each(NewRule(gallery_of(enrolled)), enrolled, strangers, once.new)
        if number < MONTHS:
            a_month(OldRule(gallery_of(enrolled)), enrolled, strangers, month.old, seed=number)
            a_month(NewRule(gallery_of(enrolled)), enrolled, strangers, month.new, seed=number)
    shots = [len(passage.shots) for person in people for passage in person.passages if passage.shots]
    return {
        **_ratios(once, random),
        "false_alerts_ratio_after_verdicts": _ratio(month.new.false_alerts, month.old.false_alerts),
        "recall_ratio_after_verdicts": _ratio(month.new.recognized, month.old.recognized),
        "delay_s": round(median(once.new.delays_s), 2) if once.new.delays_s else 0.0,
        "searches_per_passer_by": round(mean(shots), 2),
        "alone_delay_ratio": _alone_delay(once),
        "people": len(people),
        "recall_old": _ratio(once.old.recognized, once.old.enrolled),
        "recall_new": _ratio(once.new.recognized, once.new.enrolled),
        "false_per_1000_old": round(1000 * once.old.false_alerts / once.old.strangers, 1),
        "false_per_1000_new": round(1000 * once.new.false_alerts / once.new.strangers, 1),
        "wrong_case_old": once.old.wrong_case,
        "wrong_case_new": once.new.wrong_case,
        "month_false_old": month.old.false_alerts,
        "month_false_new": month.new.false_alerts,
        **_tuning_figures(tuning),
    }


def _tune(enrolled: Sequence[Person], strangers: Sequence[Person], tallies: Tallies) -> None:
    gallery = gallery_of(enrolled)
    for pair, tally in tallies.items():
        once_each(NewRule(gallery, with_thresholds(*pair)), enrolled, strangers, tally)


def _tuning_figures(tallies: Tallies) -> dict[str, float]:
    return {
        f"tuning_{alert:g}_{alone:g}_{name}": value
        for (alert, alone), tally in tallies.items()
        for name, value in (
            ("recall", _ratio(tally.recognized, tally.enrolled)),
            ("false_per_1000", round(1000 * tally.false_alerts / tally.strangers, 1)),
        )
    }


def _ratios(sides: Sides, random: np.random.Generator) -> dict[str, float]:
    old, new = sides.old, sides.new
    parts = {
        "wrong_case_ratio": (old.wrong_by_person, new.wrong_by_person),
        "false_alerts_ratio": (old.false_by_person, new.false_by_person),
        "recall_ratio": (old.recognized_by_person, new.recognized_by_person),
    }
    figures: dict[str, float] = {}
    for name, (before, after) in parts.items():
        low, high = _interval(before, after, random)
        figures |= {name: _ratio(after.total(), before.total()), f"{name}_low": low, f"{name}_high": high}
        figures[f"{name}_people"] = len(before)
    return figures


def _interval(before: Counter[str], after: Counter[str], random: np.random.Generator) -> tuple[float, float]:
    """Return the interval of the ratio in 95 of 100 bootstrap samples of the people that the old rule alerted for."""
    names = sorted(before | after)
    if not names:
        return 0.0, 0.0
    old, new = (np.array([counter[name] for name in names]) for counter in (before, after))
    drawn = random.integers(len(names), size=(2000, len(names)))
    ratios = new[drawn].sum(axis=1) / np.maximum(1, old[drawn].sum(axis=1))
    return round(float(np.quantile(ratios, 0.025)), 3), round(float(np.quantile(ratios, 0.975)), 3)


def _alone_delay(sides: Sides) -> float:
    """Return the mean time of the new rule's alerts over the old rule's, where the old one had an excellent sighting.

    A passage for which the new rule has none, because its case needs more, counts in the recall.
    """
    both = sides.old.excellent_at_s.keys() & sides.new.excellent_at_s.keys()
    old, new = (sum(side.excellent_at_s[key] for key in both) for side in (sides.old, sides.new))
    return round(new / old, 3) if old else 0.0


def _ratio(part: float, whole: float) -> float:
    return round(part / whole, 3) if whole else 0.0


def draw(figures: dict[str, float]) -> Table:
    """Build the table of the figures with their goals."""
    table = Table(title=f"The new rule against the old one, {figures['people']:g} people")
    for heading in ("", "measured", "95 of 100", "goal"):
        table.add_column(heading)
    for name, goal in GOALS.items():
        interval = f"{figures[f'{name}_low']:g} to {figures[f'{name}_high']:g}" if f"{name}_low" in figures else ""
        table.add_row(name, f"{figures[name]:g}", interval, goal)
    return table


def draw_tuning(figures: dict[str, float]) -> Table:
    """Build the table of the thresholds that were compared on the people for tuning."""
    table = Table(title="On the people for tuning")
    for heading in ("alert_threshold", "alone_threshold", "recall", "false alerts in 1,000"):
        table.add_column(heading, justify="right")
    for alert, alone in _PAIRS:
        name = f"tuning_{alert:g}_{alone:g}"
        cells = (f"{figures[f'{name}_recall']:.3f}", f"{figures[f'{name}_false_per_1000']:g}")
        table.add_row(f"{alert:g}", f"{alone:g}", *cells)
    return table


if __name__ == "__main__":
    typer.run(main)
