"""Shows the events of a running demo, one line each with its time: passer-by, search, alert."""

from __future__ import annotations

import re
import time
from datetime import datetime
from typing import TYPE_CHECKING

from lambdas.detection.match import MatchOutcome
from local_cloud.demo.metrics import metric_sums

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from homeward.deployment.outputs import Deployment
    from local_cloud.demo.watch import Watch

_TRACK = re.compile(r"\bcapture_id=\S+.*\btrack=(\S+)")
SEARCH_OUTCOMES: dict[str, str] = {
    MatchOutcome.GONE: "searched before",
    MatchOutcome.CANDIDATE: "resembles an open case",
    MatchOutcome.REUSED_ID: "resembles an open case",
    MatchOutcome.NO_CANDIDATE: "nobody who is missing; the picture is deleted",
    MatchOutcome.NO_FACE: "no face found; the picture is deleted",
    MatchOutcome.QUARANTINED: "not readable; the picture is in quarantine",
}
_PAUSE_S = 0.5


class LiveEvents:
    """Reads the camera program's log, the metrics of the searches, and the alerts."""

    def __init__(self, console: Console, deployment: Deployment, watch: Watch, camera_log: Path) -> None:
        self._console, self._deployment, self._watch = console, deployment, watch
        self._camera_log, self._read_at = camera_log, 0.0
        self._tracks: list[str] = []
        self._before = self._counts = self._search_counts()

    @property
    def searched(self) -> dict[str, int]:
        """The number of searches since the start, by outcome."""
        counts = {name: count - self._before.get(name, 0) for name, count in self._counts.items()}
        return {name: count for name, count in counts.items() if count}

    def show_new(self) -> None:
        """Print what happened since the last call. Reads at most twice a second."""
        if time.monotonic() - self._read_at < _PAUSE_S:
            return
        self._show_passers_by()
        self._show_searches()
        for alert in self._watch.new_alerts():
            self._print(f"alert: {alert.document['headline']}, {alert.document['case_id']}")
        self._read_at = time.monotonic()

    def _show_passers_by(self) -> None:
        log = self._camera_log.read_text(encoding="utf-8", errors="replace") if self._camera_log.exists() else ""
        for track in dict.fromkeys(_TRACK.findall(log)):
            if track not in self._tracks:
                self._tracks.append(track)
                self._print(f"passer-by {len(self._tracks)}")

    def _show_searches(self) -> None:
        before, self._counts = self._counts, self._search_counts()
        for outcome, text in SEARCH_OUTCOMES.items():
            for _ in range(self._counts.get(outcome, 0) - before.get(outcome, 0)):
                self._print(f"search: {text}")

    def _search_counts(self) -> dict[str, int]:
        return metric_sums(self._deployment, "MatchLogGroup", "Captures")

    def _print(self, text: str) -> None:
        self._console.print(f"  {datetime.now():%H:%M:%S}  {text}", highlight=False)  # noqa: DTZ005 - the user's clock
