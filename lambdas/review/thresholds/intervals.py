"""Estimates with their 95 % intervals, from counts."""

from __future__ import annotations

import math
from dataclasses import dataclass

_Z = 1.96  # standard deviations that hold 95 % of a normal distribution


@dataclass(frozen=True)
class Estimate:
    """A value, and the interval that holds the true one in 95 of 100 cases."""

    value: float
    low: float
    high: float


def share(part: int, whole: int) -> Estimate:
    """Estimate a share, 0 to 1. Of nothing, nothing is known: the share may be anything.

    The interval is Wilson's score interval (E. B. Wilson, "Probable inference, the law of succession, and statistical
    inference", Journal of the American Statistical Association 22, 1927), which holds for small counts and shares near
    0 and 1, too.
    """
    if not whole:
        return Estimate(1.0, 0.0, 1.0)
    found, z2 = part / whole, _Z**2
    middle = (found + z2 / (2 * whole)) / (1 + z2 / whole)
    margin = _Z / (1 + z2 / whole) * math.sqrt(found * (1 - found) / whole + z2 / (4 * whole**2))
    return Estimate(found, max(0.0, middle - margin), min(1.0, middle + margin))


def rate(events: int, days: int) -> Estimate:
    """Estimate the number of events a day.

    The interval is Byar's approximation to the exact one of Poisson's distribution (N. E. Breslow and N. E. Day,
    "Statistical methods in cancer research", volume II, 1987, page 69).
    """
    days = max(1, days)
    low = events * (1 - 1 / (9 * events) - _Z / (3 * math.sqrt(events))) ** 3 if events else 0.0
    more = events + 1
    high = more * (1 - 1 / (9 * more) + _Z / (3 * math.sqrt(more))) ** 3
    return Estimate(events / days, max(0.0, low) / days, high / days)


def product(one: Estimate, other: Estimate) -> Estimate:
    """Multiply two estimates. The interval is a little too wide, because both are rarely off in one direction."""
    return Estimate(one.value * other.value, one.low * other.low, one.high * other.high)
