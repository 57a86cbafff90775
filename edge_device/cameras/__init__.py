"""The cameras: everything that gives frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_device.core.face import Frame


class CameraError(Exception):
    """The camera gives no frames; the text says why and what to do."""


class Camera(Protocol):
    """What a camera must do."""

    def frames(self) -> Iterator[Frame | None]:
        """Its frames in order; ends with a file, never with a live camera.

        While there is no frame it gives None about twice a second, so that the program can stop, or say that it lives.

        Raises:
            CameraError: there is no picture to be had.
        """
        ...
