"""The camera of an AWS DeepLens, read through Amazon's module `awscam`, which exists only on the device."""

from __future__ import annotations

import time
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from edge_device import clock
from edge_device.cameras import CameraError
from edge_device.core.face import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class AwsCam:
    """Reads `awscam.getLastFrame()`, which repeats a frame when it is called too early."""

    timeout_s: float = 30.0
    trust_clock: bool = False

    def frames(self) -> Iterator[Frame | None]:
        """Yield frames without end.

        Raises:
            CameraError: this is not a DeepLens, or its camera gave no frame for `timeout_s`.
        """
        try:
            awscam = import_module("awscam")
        except ImportError as error:
            raise CameraError("only an AWS DeepLens has the camera `awscam`. For a webcam, use --source 0") from error
        alive_s = clock.steady_s()
        while clock.steady_s() - alive_s < self.timeout_s:
            readable, image = awscam.getLastFrame()
            if readable:
                alive_s = clock.steady_s()
                synced = self.trust_clock or clock.is_synced()
                yield Frame(np.array(image, np.uint8), alive_s, clock.wall_s(), synced)
            else:
                time.sleep(0.05)
                yield None
        raise CameraError(f"awscam gave no frame for {self.timeout_s:.0f} s. Check that no other project uses it")
