"""Packs the camera program for devices: `make edge-release`, or `python -m edge_device.release FOLDER`.

Writes the wheel, `homeward-edge-bundle.zip` (the wheel, its pinned requirements, the systemd unit and `install`),
`homeward-edge.zip` (for Greengrass), `homeward-deeplens.zip` (the Lambda function for AWS DeepLens) and the Greengrass
files, all with the project's version.
"""

from __future__ import annotations

import sys
from pathlib import Path

from edge_device.version import version
from edge_device.wheel import DEEPLENS, PACKAGE, build_wheel, locked_requirements, sources, stamped, zipped

RECIPE = PACKAGE / "greengrass" / "recipe.yaml"
SYSTEMD = PACKAGE / "systemd"


def pack(folder: Path) -> Path:
    """Write the release into a folder and return `homeward-edge.zip`. The same sources give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / "homeward-edge.zip"
    archive.write_bytes(zipped({f"homeward-edge/{name}": content for name, content in _program().items()}))
    (folder / "homeward-deeplens.zip").write_bytes(zipped(_deeplens()))
    files, modes = installer()
    (folder / "homeward-edge-bundle.zip").write_bytes(
        zipped(
            {f"homeward-edge/{name}": content for name, content in files.items()},
            modes={f"homeward-edge/{name}": mode for name, mode in modes.items()},
        )
    )
    name, wheel = build_wheel()
    (folder / name).write_bytes(wheel)
    for source in (RECIPE, PACKAGE / "greengrass" / "gdk-config.json"):
        (folder / source.name).write_bytes(stamped(source))
    return archive


def installer() -> tuple[dict[str, bytes], dict[str, int]]:
    """Return the files that install the program on a device, and the permissions of those that are not 0644."""
    name, wheel = build_wheel()
    files = {
        name: wheel,
        "requirements.txt": _lines(locked_requirements()),
        "homeward-edge.service": stamped(SYSTEMD / "homeward-edge.service"),
        "install": (SYSTEMD / "install").read_bytes(),
    }
    return files, {"install": 0o755}


def _program() -> dict[str, bytes]:
    """Return the sources as a project that pip installs."""
    return {
        **{name: stamped(path) for name, path in sources()},
        "requirements.txt": _lines(locked_requirements()),
        "pyproject.toml": _PROJECT.format(version=version()).encode(),
    }


def _deeplens() -> dict[str, bytes]:
    """Return the Lambda function for AWS DeepLens. The device has everything that it imports beside its own code."""
    core = [(name, path) for name, path in sources() if path.parent == PACKAGE / "core"]
    files = {"edge_device/__init__.py": (PACKAGE / "__init__.py").read_bytes()}
    files |= {name: stamped(path) for name, path in core}
    for path in sorted(DEEPLENS.glob("*")):
        if path.is_file():
            is_handler = path.name == "homeward_deeplens.py"
            files[path.name if is_handler else f"edge_device/deeplens/{path.name}"] = stamped(path)
    return files


def _lines(texts: list[str]) -> bytes:
    return ("\n".join(texts) + "\n").encode()


_PROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"
[project]
name = "homeward-edge"
version = "{version}"
requires-python = ">=3.11"
[project.scripts]
homeward-edge = "edge_device.cli:app"
[tool.setuptools.packages.find]
include = ["edge_device*", "pictures*"]
[tool.setuptools.package-data]
"*" = ["*.yaml", "*.json", "*.service", "*.html", "*.js", "install"]
"""

if __name__ == "__main__":
    pack(Path(sys.argv[1]))
    sys.stdout.write("".join(f"{file}\n" for file in sorted(Path(sys.argv[1]).iterdir())))
