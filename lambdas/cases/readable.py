"""Write dates, telephone numbers and measures as people read them. Records keep ISO 8601, E.164 and metric units."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.cases.case import Range

_CM_PER_INCH = 2.54
_KG_PER_POUND = 0.45359237
_ISO_DATE = re.compile(r"(?<![\d-])(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?(?![\d-])")
_NORTH_AMERICAN = re.compile(r"\+1(\d{3})(\d{3})(\d{4})(?!\d)")


@dataclass(frozen=True, kw_only=True)
class Notation:
    """How a language writes dates and measures. `months` are twelve abbreviations, separated by spaces."""

    months: str
    day: str
    month: str
    height: str
    weight: str
    span: str

    def dates(self, text: str) -> str:
        """Rewrite each ISO date of a text: 2026-09-14 08:00 UTC -> Sep 14, 2026 08:00 UTC. A bare year stays."""
        return _ISO_DATE.sub(self._date, text)

    def height_of(self, height_cm: Range | None) -> str | None:
        """Write a height for people who think in feet: 5 ft 10 in (178 cm)."""
        return self._measure(height_cm, "cm", lambda cm: self._feet(round(cm / _CM_PER_INCH)))

    def weight_of(self, weight_kg: Range | None) -> str | None:
        """Write a weight for people who think in pounds: 165 lb (75 kg)."""
        return self._measure(weight_kg, "kg", lambda kg: self.weight.format(pounds=round(kg / _KG_PER_POUND)))

    def _date(self, match: re.Match[str]) -> str:
        year, month, day = match.groups()
        if month is None:
            return match[0]
        name = self.months.split()[int(month) - 1]
        return self.day.format(year=year, month=name, day=int(day)) if day else self.month.format(year=year, month=name)

    def _feet(self, inches: int) -> str:
        return self.height.format(feet=inches // 12, inches=inches % 12)

    def _measure(self, measured: Range | None, unit: str, written: Callable[[float], str]) -> str | None:
        ends = [end for end in (measured.min, measured.max) if end is not None] if measured else []
        if not ends:
            return None
        metric = "-".join(dict.fromkeys(str(round(end)) for end in ends))
        return f"{self.span.join(dict.fromkeys(map(written, ends)))} ({metric} {unit})"


AMERICAN = Notation(
    months="Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    day="{month} {day}, {year}",
    month="{month} {year}",
    height="{feet} ft {inches} in",
    weight="{pounds} lb",
    span=" to ",
)


def readable_phone(text: str) -> str:
    """Write a North American number as (503) 555-0117. Other numbers stay in E.164, which every telephone dials."""
    return _NORTH_AMERICAN.sub(r"(\1) \2-\3", text)
