"""What tells a probe from everything else: a source and a camera of its own, of which nobody hears.

`homeward probe` sends one capture through a deployed environment. It must not find a real case, a real camera must not
find it, and no telephone may ring.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambdas.cases.case import Case

PROBE_SOURCE = "probe"
PROBE_CAMERA = "homeward-probe"


def may_meet(case: Case, camera: str) -> bool:
    """Whether the camera may find the case: probes meet probes only."""
    return (case.source == PROBE_SOURCE) == (camera == PROBE_CAMERA)
