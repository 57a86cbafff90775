"""Writes the figures of a benchmark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

OUT = Path(__file__).parents[2] / "build" / "bench"


def write_figures(name: str, figures: Mapping[str, Any]) -> None:
    """Write `build/bench/NAME.json`."""
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"{name}.json").write_text(json.dumps(figures, indent=2) + "\n")
