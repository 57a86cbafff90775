"""The result of a check."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class CheckResult:
    """What was checked, the grade, the finding, and how to fix a problem."""

    name: str
    grade: Literal["ok", "warning", "failed"]
    finding: str
    advice: str = ""

    def to_json(self) -> dict[str, Any]:
        """The result for `--json`."""
        return asdict(self)
