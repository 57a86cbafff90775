"""The matching and alerting settings as the JSON document that lambdas/encounters/policy.py reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agencies.settings import Matching, Settings, Thresholds


def policy_document(settings: Settings) -> str:
    """Return the value of the environment variable `POLICY`."""
    matching = settings.matching
    policy = {
        "base": _thresholds(matching),
        "minors": _thresholds(matching.minors),
        "kinds": {
            "age_progression": _thresholds(matching.age_progression),
            "artist": _thresholds(matching.artist_rendering),
        },
        "by_source": {source: _thresholds(stricter) for source, stricter in matching.by_source.items()},
        "window_s": matching.encounter_window_minutes * 60,
        "wait_s": matching.corroboration_wait_s,
        "dismissal_mute_days": matching.dismissal_mute_days,
        "better_shot_margin": matching.better_shot_margin,
        "better_shot_limit": matching.better_shot_limit,
        "first_alerts_per_hour": settings.camera_limits.first_alerts_per_hour,
        "digest": matching.digest,
        "escalate_after_s": _escalate_after_s(settings),
        "kept_days": settings.retention.encounter_days,
    }
    if matching.by_camera:
        policy["by_camera"] = {
            camera: _thresholds(own) | {"alone": _alone_at(own, matching)} for camera, own in matching.by_camera.items()
        }
    return json.dumps(policy)


def _thresholds(thresholds: Thresholds) -> dict[str, float]:
    return {
        "review": thresholds.review_threshold,
        "alert": thresholds.alert_threshold,
        "alone": thresholds.alone,
    }


def _alone_at(own: Thresholds, matching: Matching) -> float:
    """Return a camera's alone threshold: the agency's, unless the camera has its own or a stricter alert threshold."""
    return max(matching.alone, own.alert_threshold) if own.alone_threshold is None else own.alone_threshold


def _escalate_after_s(settings: Settings) -> float:
    """Return 0, for never, if no recipient has escalation = true: an escalation would repeat the first alert."""
    alerting = settings.alerting
    has_target = any(recipient.escalation for recipient in alerting.recipients)
    return alerting.escalate_after_minutes * 60 if has_target else 0
