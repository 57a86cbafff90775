"""The camera program as a wheel, `homeward_edge-VERSION-py3-none-any.whl`, with its pinned requirements.

It holds the packages `edge_device` and `pictures` and nothing of the cloud. The same sources give the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from importlib.metadata import PackageNotFoundError, distribution, requires
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from edge_device.version import version

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parent
PICTURES = PACKAGE.parent / "pictures"  # the decoder, which the functions use, too
DEEPLENS = PACKAGE / "deeplens"
_LICENSE = PACKAGE.parent / "LICENSE"
_ALSO = {"pillow", "pydantic", "typer"}  # dependencies of the whole project that the camera program needs, too
_METADATA = """\
Metadata-Version: 2.4
Name: homeward-edge
Version: {version}
Summary: The camera program of Homeward: finds faces on the device and sends one to three good shots of each passer-by.
License-Expression: Apache-2.0
License-File: LICENSE
Requires-Python: >=3.11
{requirements}
"""
_WHEEL = "Wheel-Version: 1.0\nGenerator: edge_device.wheel\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_ENTRY_POINTS = "[console_scripts]\nhomeward-edge = edge_device.cli:app\n"


def requirements() -> list[str]:
    """List what the camera program imports, with exact versions, from the project's metadata."""
    wanted = [Requirement(text) for text in requires("homeward") or []]
    chosen = {
        f"{need.name}{need.specifier}"
        for need in wanted
        if (need.marker and need.marker.evaluate({"extra": "edge"}) and not need.marker.evaluate({"extra": ""}))
        or (not need.marker and need.name in _ALSO)
    }
    return sorted(chosen)


def locked_requirements() -> list[str]:
    """List the requirements with those of their own, each in the version that this environment has."""
    locked: dict[str, str] = {}
    waiting = [Requirement(text) for text in requirements()]
    while waiting:
        need = waiting.pop()
        if need.name.lower() in locked or (need.marker and not need.marker.evaluate({"extra": ""})):
            continue
        try:
            locked[need.name.lower()] = f"{need.name}=={installed_version(need.name)}"
        except PackageNotFoundError:  # for other systems or versions of Python
            continue
        waiting += [Requirement(text) for text in distribution(need.name).requires or []]
    return sorted(locked.values(), key=str.lower)


def sources() -> Iterator[tuple[str, Path]]:
    """Yield the name and path of each file of the program. AWS DeepLens has a release of its own."""
    for folder in (PACKAGE, PICTURES):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and DEEPLENS not in path.parents:
                yield str(path.relative_to(PACKAGE.parent)), path


def build_wheel() -> tuple[str, bytes]:
    """Return the wheel's file name and its content."""
    info = f"homeward_edge-{version()}.dist-info"
    needs = "\n".join(f"Requires-Dist: {need}" for need in requirements())
    files = {name: stamped(path) for name, path in sources()}
    files |= {
        f"{info}/METADATA": _METADATA.format(version=version(), requirements=needs).encode(),
        f"{info}/WHEEL": _WHEEL.encode(),
        f"{info}/entry_points.txt": _ENTRY_POINTS.encode(),
        f"{info}/licenses/LICENSE": _LICENSE.read_bytes() if _LICENSE.exists() else b"",
    }
    files[f"{info}/RECORD"] = "".join(
        [*(_record(name, content) for name, content in files.items()), f"{info}/RECORD,,\n"]
    ).encode()
    return f"homeward_edge-{version()}-py3-none-any.whl", zipped(files)


def zipped(files: dict[str, bytes], *, modes: dict[str, int] | None = None) -> bytes:
    """Pack files into a ZIP archive. `modes` has the permissions of those that differ from 0644."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)  # with a constant date: the time of day would change the bytes
            entry.external_attr = (0o100000 | (modes or {}).get(name, 0o644)) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return packed.getvalue()


def stamped(source: Path) -> bytes:
    """Read a file, and write the version into the systemd unit, the DeepLens function and `gdk-config.json`."""
    if source.suffix in {".service", ".json"} or source.name == "homeward_deeplens.py":
        return source.read_text().replace("VERSION", version()).encode()
    return source.read_bytes()


def _record(name: str, content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(content)}\n"
