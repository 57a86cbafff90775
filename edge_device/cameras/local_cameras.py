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


def missing_device(source: str) -> str | None:
    """Return the device file of a local camera that is not connected. Only Linux tells."""
    device = Path(f"/dev/video{source}") if source.isdecimal() else Path(source)
    is_local = source.isdecimal() or source.startswith("/dev/")
    return str(device) if is_local and sys.platform.startswith("linux") and not device.exists() else None


def connected_cameras() -> str:
    """Say which cameras this computer has, for people who named another."""
    found = ", ".join(f"{each.source} ({each.name})" for each in local_cameras())
    return f"Connected: {found}" if found else "No camera is connected: try another USB port; `lsusb` must list it"


def _read(file: Path) -> str:
    try:
        return file.read_text(errors="replace").strip()
    except OSError:  # unplugged meanwhile
        return ""
