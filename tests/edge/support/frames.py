"""Helpers for the frames of cameras."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_device.core.face import Frame


def without_pauses(frames: Iterator[Frame | None]) -> Iterator[Frame]:
    """Skip the Nones that a camera yields while it has no frame."""
    return (frame for frame in frames if frame)
