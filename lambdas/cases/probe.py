"""The source and the camera of probes.

`homeward probe` sends one capture through a deployed environment. A probe never matches a real case, a real camera
never matches a probe's case, and no recipient is alerted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambdas.cases.case import Case

PROBE_SOURCE = "probe"
PROBE_CAMERA = "homeward-probe"


def may_meet(case: Case, camera: str) -> bool:
    """Tell whether the camera may match the case: probes match probes only."""
    return (case.source == PROBE_SOURCE) == (camera == PROBE_CAMERA)
