"""The window item of a case at a camera: its recent encounters, and what people said of earlier ones."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.common.times import from_text, to_text

if TYPE_CHECKING:
    from lambdas.common.policy import Policy
    from lambdas.detection.candidates import Candidate
    from lambdas.detection.capture import Capture

REMEMBERED = 20  # encounters that a window lists, the last opened; a sighting of an older one opens its own


class Opened(msgspec.Struct, frozen=True):
    """An encounter as the window lists it."""

    encounter_id: str
    started_at: str


class Window(msgspec.Struct, kw_only=True):
    """The item `window#CASE#CAMERA`. `dismissals` counts the encounters of this pair that a person dismissed."""

    version: int = 0
    encounters: list[Opened] = []
    dismissals: int = 0
    dismissed_at: str | None = None
    dismissed_tracks: list[str] = []

    def enclosing(self, instant: datetime, window: timedelta) -> str | None:
        """The encounter that the instant is less than `window` from the start of."""
        for opened in self.encounters:
            if abs(from_text(opened.started_at) - instant) < window:
                return opened.encounter_id
        return None

    def with_opened(self, encounter_id: str, started_at: str) -> list[Opened]:
        """The list with one more.

        In the order in which they were opened: so the first that encloses a sighting stays the first, and whoever
        brings it again finds that one, also when an encounter before it in time has been opened since.
        """
        return [*self.encounters, Opened(encounter_id, started_at)][-REMEMBERED:]


def muting(policy: Policy, window: Window, candidate: Candidate, capture: Capture) -> str | None:
    """Why this sighting must not alert, by the verdicts on earlier encounters of the pair, or None.

    It is kept for review either way.
    """
    if capture.track and capture.track in window.dismissed_tracks:
        return "this passer-by was dismissed as this case"
    if window.dismissed_at is None:
        return None
    silent_until = from_text(window.dismissed_at) + timedelta(days=policy.dismissal_mute_days)
    if capture.captured_at < silent_until:
        return f"this case was dismissed at this camera; silent until {to_text(silent_until)}"
    needed = min(candidate.alert_threshold + policy.dismissal_threshold_increase, 100.0)
    if window.dismissals >= policy.dismissal_limit and candidate.similarity < needed:
        return f"this case was dismissed {window.dismissals} times at this camera; needs {needed:g}"
    return None


def read_window(item: dict[str, Any] | None) -> Window:
    """The window of the item, empty where there is none."""
    return Window() if item is None else msgspec.convert(item, type=Window)
