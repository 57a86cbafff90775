"""Compares the rule that decides on alerts with the one of before, on people who walk past rendered cameras.

    .venv/bin/python -m benchmarks.evidence

Every face of the set-up takes part, each with the one picture that there is of it. Its photos and its walks are that
picture on other days: with its parts moved, in another light. Half of the walks are degraded: blurred, dark, small,
compressed or turned. The camera program's own code chooses the shots, the local engine embeds them, and the match
function's own code decides (benchmarks/walks/rules.py).

The people are apart, by a digest of their names (benchmarks/walks/people.py). Those for tuning give the first table:
what pairs of thresholds, limits for cases that look like many, and rules for shots do on them. The defaults are chosen
from it. The others give the figures of the goals, at the defaults and at nothing else. Each round deals the people
anew: some are cases of one to four photos, the rest are strangers. Then thirty days of traffic, with a reviewer's
verdicts. The intervals are of a bootstrap over people, because the walks of one person are alike.

Writes build/bench/evidence.json.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.support.figures import write_figures
from benchmarks.walks.comparison import Setup, deals, interval, months, ratio, searches_per_passer_by, walks
from benchmarks.walks.people import is_for_tuning
from benchmarks.walks.rules import CAMERA_SHOTS, with_thresholds
from benchmarks.walks.samples import SHOT_RULES, samples

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from benchmarks.walks.comparison import Sides
    from benchmarks.walks.samples import Person
    from edge_device.core.best_shot import ShotRules

PASSAGES = 6
CASES, ROUNDS, MONTHS = 30, 32, 8
TUNING_CASES, TUNING_ROUNDS = 20, 64
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


@dataclass(frozen=True)
class Trial:
    """Settings that are tried on the people for tuning, and how the table names them."""

    name: str
    setup: Setup


def _differences(rules: ShotRules) -> str:
    """Name what differs from the camera program's rules."""
    usual, these = asdict(CAMERA_SHOTS), asdict(rules)
    return ", ".join(f"{name} {value:g}" for name, value in these.items() if value != usual[name]) or "as they are"


_PAIRS = ((95, 95), (95, 96), (95.5, 96), (95.8, 96), (96, 96), (96, 96.5), (96, 97), (96, 98), (97, 98), (97, 99))
TRIALS = (
    *(Trial(f"alert {alert:g}, alone {alone:g}", Setup(with_thresholds(alert, alone))) for alert, alone in _PAIRS),
    *(Trial(f"looks like many: at most {limit:g}", Setup(max_of_gallery=limit)) for limit in (0, 1, 1.5, 2, 3)),
    *(Trial(f"shots: {_differences(rules)}", Setup(shots=rules)) for rules in SHOT_RULES),
)


def main(
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 1,
    passages: Annotated[int, typer.Option(min=2, help="Walks of each person.")] = PASSAGES,
) -> None:
    """Compare both rules."""
    people = samples(passages=passages, seed=100 * seed)
    console = Console(width=110)
    tuning = [person for person in people if is_for_tuning(person.name)]
    tried = tune(tuning, seed=seed)
    console.print(draw_tuning(tried, people=len(tuning)))
    figures = measure([person for person in people if not is_for_tuning(person.name)], seed=seed)
    write_figures("evidence", {**figures, "tuning": tried})
    console.print(draw(figures))


def tune(people: Sequence[Person], *, seed: int) -> list[dict[str, Any]]:
    """Try all settings on the people for tuning."""
    dealt = deals(people, cases=TUNING_CASES, rounds=TUNING_ROUNDS, seed=seed)
    return [
        {
            "settings": trial.name,
            **_ratios(walks(dealt, trial.setup)),
            "searches_per_passer_by": searches_per_passer_by(people, trial.setup.shots),
        }
        for trial in TRIALS
    ]


def measure(people: Sequence[Person], *, seed: int) -> dict[str, Any]:
    """Measure both rules at the defaults, on people who had no part in choosing these."""
    setup, random = Setup(), np.random.default_rng(seed)
    dealt = deals(people, cases=CASES, rounds=ROUNDS, seed=seed)
    once, month = walks(dealt, setup), months(dealt[:MONTHS], setup)
    old, new = once.old, once.new
    return {
        **_ratios(once),
        **_intervals(once, random),
        "false_alerts_ratio_after_verdicts": ratio(month.new.false_alerts, month.old.false_alerts),
        "recall_ratio_after_verdicts": ratio(month.new.recognized, month.old.recognized),
        "delay_s": round(median(new.delays_s), 2) if new.delays_s else 0.0,
        "searches_per_passer_by": searches_per_passer_by(people, setup.shots),
        "alone_delay_ratio": _alone_delay(once),
        "people": len(people),
        "strangers": len(people) - CASES,
        "recall_old": ratio(old.recognized, old.enrolled),
        "recall_new": ratio(new.recognized, new.enrolled),
        "false_per_1000_old": round(1000 * old.false_alerts / old.strangers, 1),
        "false_per_1000_new": round(1000 * new.false_alerts / new.strangers, 1),
        "wrong_case_old": old.wrong_case,
        "wrong_case_new": new.wrong_case,
        "month_false_old": month.old.false_alerts,
        "month_false_new": month.new.false_alerts,
    }


def _counters(sides: Sides) -> dict[str, tuple[Counter[str], Counter[str]]]:
    old, new = sides.old, sides.new
    return {
        "wrong_case_ratio": (old.wrong_by_person, new.wrong_by_person),
        "false_alerts_ratio": (old.false_by_person, new.false_by_person),
        "recall_ratio": (old.recognized_by_person, new.recognized_by_person),
    }


def _ratios(sides: Sides) -> dict[str, float]:
    return {name: ratio(after.total(), before.total()) for name, (before, after) in _counters(sides).items()}


def _intervals(sides: Sides, random: np.random.Generator) -> dict[str, float]:
    figures: dict[str, float] = {}
    for name, (before, after) in _counters(sides).items():
        low, high = interval(before, after, random)
        figures |= {f"{name}_low": low, f"{name}_high": high, f"{name}_people": len(before)}
    return figures


def _alone_delay(sides: Sides) -> float:
    """Return the mean time of the new rule's alerts over the old rule's, where the old one had an excellent sighting.

    A passage for which the new rule has none, because its case needs more, counts in the recall.
    """
    both = sides.old.excellent_at_s.keys() & sides.new.excellent_at_s.keys()
    old, new = (sum(side.excellent_at_s[key] for key in both) for side in (sides.old, sides.new))
    return round(new / old, 3) if old else 0.0


def draw_tuning(tried: Sequence[dict[str, Any]], *, people: int) -> Table:
    """Build the table of the settings that were tried on the people for tuning."""
    table = Table(title=f"Tried on the {people} people for tuning, against the old rule")
    for name in tried[0]:
        table.add_column(name.replace("_", " "), justify="left" if name == "settings" else "right")
    for row in tried:
        table.add_row(*(f"{value:g}" if isinstance(value, float) else value for value in row.values()))
    return table


def draw(figures: dict[str, Any]) -> Table:
    """Build the table of the figures with their goals."""
    table = Table(title=f"The new rule against the old one, {figures['people']:g} people for measuring")
    for heading in ("", "measured", "95 of 100", "goal"):
        table.add_column(heading)
    for name, goal in GOALS.items():
        between = f"{figures[f'{name}_low']:g} to {figures[f'{name}_high']:g}" if f"{name}_low" in figures else ""
        table.add_row(name, f"{figures[name]:g}", between, goal)
    return table


if __name__ == "__main__":
    typer.run(main)
