"""What the camera sees, as a page with boxes and tracks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge_device.core.face import Frame
    from edge_device.core.tracks import Track


class LiveView:
    """Later."""

    def show(self, frame: Frame, tracks: list[Track]) -> None:
        """Later."""
