"""The scene of the camera's tests and benchmark: half a minute of situations that make tracking hard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_cloud.video.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PEOPLE = 8


def busy_corridor(stills: Sequence[Path]) -> list[Walk]:
    """Make the walks of eight people, whose portraits are the first eight of `stills`.

    One walks past alone. Two cross, one behind the other. One stands still for a while. Two follow each other. One runs
    past with a long exposure (motion blur). One walks past in the dark.
    """
    alone, near, far, pausing, first, second, running, dark = stills[:PEOPLE]
    return [
        Walk(still=alone, start_s=0.0),
        Walk(still=near, start_s=5.5, nearest_face_px=190),
        Walk(still=far, start_s=5.5, from_left=False, nearest_face_px=110, level=-0.02),
        Walk(still=pausing, start_s=11.0, pause_s=2.5),
        Walk(still=first, start_s=18.5),
        Walk(still=second, start_s=19.6, nearest_face_px=140),
        Walk(still=running, start_s=24.5, from_left=False, seconds=3.0, exposure_s=0.035),
        Walk(still=dark, start_s=28.0, light=0.3),
    ]
