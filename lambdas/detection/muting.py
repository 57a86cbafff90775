"""The rule that keeps a sighting from alerting after reviewers dismissed the same case at the same camera."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from lambdas.common.times import from_text, to_text

if TYPE_CHECKING:
    from datetime import datetime

    from lambdas.detection.capture import Capture
    from lambdas.encounters.policy import Policy
    from lambdas.encounters.window import Window


def muted_reason(policy: Policy, window: Window, capture: Capture, *, now: datetime) -> str | None:
    """Say why earlier dismissals mute this sighting, or None. A muted sighting is still kept for review."""
    if capture.track and capture.track in window.dismissed_tracks:
        return "this passer-by was dismissed as this case"
    if window.dismissed_at is None:
        return None
    silent_until = from_text(window.dismissed_at) + timedelta(days=policy.dismissal_mute_days)
    if now < silent_until:
        return f"this case was dismissed at this camera; silent until {to_text(silent_until)}"
    return None
