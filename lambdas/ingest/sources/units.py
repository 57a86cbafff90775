"""Convert the measures of sources to the units of a case."""

from __future__ import annotations

from lambdas.cases.case import Range

CM_PER_INCH = 2.54
KG_PER_POUND = 0.45359237


def span(lowest: float | None, highest: float | None, *, factor: float = 1.0) -> Range | None:
    """Convert two ends to a range with one decimal. One end alone is both ends; a swapped pair is put in order."""
    ends = sorted(round(end * factor, 1) for end in (lowest, highest) if end is not None)
    return Range(min=ends[0], max=ends[-1]) if ends else None
