"""Find the cameras of this computer."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

_DEVICES = Path("/sys/class/video4linux")


@dataclass(frozen=True)
class LocalCamera:
    """A camera as `source` names it, and the name that its maker gave it."""

    source: str
    name: str


def local_cameras(devices: Path = _DEVICES) -> list[LocalCamera]:
    """List the cameras. Linux tells their names; elsewhere, only the first one is tried."""
    if not sys.platform.startswith("linux"):
        return [LocalCamera("0", "the first camera")]
    found = sorted(devices.glob("video*"), key=lambda device: (len(device.name), device.name))
    # A camera has several devices; those after its first one have metadata instead of pictures.
    return [LocalCamera(f"/dev/{each.name}", _read(each / "name")) for each in found if _read(each / "index") == "0"]


def _read(file: Path) -> str:
    try:
        return file.read_text(errors="replace").strip()
    except OSError:  # unplugged meanwhile
        return ""
