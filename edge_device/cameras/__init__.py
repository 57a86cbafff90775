"""The cameras: webcams, network cameras, video files, image folders and the AWS DeepLens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_device.core.face import Frame


class CameraError(Exception):
    """The camera gives no frames. The text says why, and what to do."""


class IncompleteVideoError(CameraError):
    """The recording ends before its header says. The text says where."""


class Camera(Protocol):
    """Interface of a camera."""

    def frames(self) -> Iterator[Frame | None]:
        """Yield the frames in order. A file ends; a live camera does not.

        While there is no frame it yields None about twice a second, so that the caller can stop or notify the watchdog.

        Raises:
            CameraError: the camera gives no frames.
        """
        ...
