"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Grade = Literal["ok", "warning", "failed", "not checked"]


@dataclass(frozen=True)
class Finding:
    """What a check found, its grade, and how to fix a problem.

    Attributes:
        grade: ok; warning: it works, but not as well as it should; failed: somebody gets no alert, or captures get lost
            or find nobody; not checked: AWS did not let us look.
        finding: What is the case.
        advice: What to do about it.
    """

    grade: Grade
    finding: str
    advice: str = ""
