"""Read heights and weights as people write them: `170`, `165-175 cm`, `5'6"`, `5 ft 6 in`, `140 lbs`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdas.ingest.sources.units import CM_PER_INCH, KG_PER_POUND

if TYPE_CHECKING:
    from collections.abc import Mapping

YEARS: Mapping[str, float] = {"": 1.0}
CENTIMETERS: Mapping[str, float] = {
    "": 1.0, "cm": 1.0, "m": 100.0,
    '"': CM_PER_INCH, "in": CM_PER_INCH, "inch": CM_PER_INCH, "inches": CM_PER_INCH,
    "'": 12 * CM_PER_INCH, "ft": 12 * CM_PER_INCH, "foot": 12 * CM_PER_INCH, "feet": 12 * CM_PER_INCH,
}  # fmt: skip
KILOGRAMS: Mapping[str, float] = {
    "": 1.0, "kg": 1.0, "kgs": 1.0,
    "lb": KG_PER_POUND, "lbs": KG_PER_POUND, "pound": KG_PER_POUND, "pounds": KG_PER_POUND,
}  # fmt: skip
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_WITH_UNIT = re.compile(rf"({_NUMBER})\s*([a-z'\"]*)\.?")
_FEET_AND_INCHES = re.compile(rf"([0-9]+)\s*(?:'|ft\.?|feet|foot)\s*({_NUMBER})\s*(?:\"|in\.?|inch|inches)?")
# Curly quotes, primes and the en dash, as word processors write them.
_PLAIN = str.maketrans("\u2018\u2019\u2032\u201c\u201d\u2033\u2013", "'''\"\"\"-")


def parse_span(text: str, units: Mapping[str, float]) -> tuple[float, float] | None:
    """Parse a number or two numbers, such as `130-140 lbs`, into the unit whose name is empty. None for other text.

    The unit of the last number is also that of a number without one.
    """
    plain = text.translate(_PLAIN).replace("''", '"').lower()
    ends = [end.strip() for end in re.split(r"-|\bto\b", plain)]
    last = _WITH_UNIT.fullmatch(ends[-1])
    unit = last[2] if last else ""
    values = [_value(end, units, unit) for end in ends]
    if len(values) > 2 or None in values:
        return None
    first, *others = (value for value in values if value is not None)
    return first, (others[0] if others else first)


def _value(end: str, units: Mapping[str, float], default: str) -> float | None:
    single, double = _WITH_UNIT.fullmatch(end), _FEET_AND_INCHES.fullmatch(end)
    if single:
        factor = units.get(single[2] or default)
        return None if factor is None else round(float(single[1]) * factor, 1)
    if double and "ft" in units and float(double[2]) < 12:
        return round((int(double[1]) * 12 + float(double[2])) * CM_PER_INCH, 1)
    return None
