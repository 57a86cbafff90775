"""The camera of an AWS DeepLens, through Amazon's own module `awscam`, which exists on the device only."""

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
    """`awscam.getLastFrame()` gives the newest frame, and the same one again when asked too early."""

    give_up_s: float = 30.0
    trust_clock: bool = False

    def frames(self) -> Iterator[Frame | None]:
        """Frames for ever.

        Raises:
            CameraError: this is no DeepLens, or its camera gave nothing for `give_up_s`.
        """
        try:
            awscam = import_module("awscam")
        except ImportError as error:
            raise CameraError("only an AWS DeepLens has the camera `awscam`; give --source 0 for a webcam") from error
        alive_s = clock.steady_s()
        while clock.steady_s() - alive_s < self.give_up_s:
            there, image = awscam.getLastFrame()
            if there:
                alive_s = clock.steady_s()
                synced = self.trust_clock or clock.is_synced()
                yield Frame(np.array(image, np.uint8), alive_s, clock.wall_s(), synced)
            else:
                time.sleep(0.05)
                yield None
        raise CameraError(f"awscam gave no frame for {self.give_up_s:.0f} s: does another project use it?")
