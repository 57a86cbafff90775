"""Packs the camera program for devices: `python -m edge_device.release FOLDER`.

Writes `homeward-edge.zip` (the program, its pinned requirements, the systemd unit), `homeward-deeplens.zip` (the Lambda
function for AWS DeepLens) and the Greengrass files, all with the project's version.
"""

from __future__ import annotations

import sys
import zipfile
from importlib.metadata import requires
from importlib.metadata import version as installed_version
from pathlib import Path

from packaging.requirements import Requirement

from edge_device.version import version

PACKAGE = Path(__file__).parent
PICTURES = PACKAGE.parent / "pictures"  # the decoder, which the functions use, too
RECIPE = PACKAGE / "greengrass" / "recipe.yaml"
DEEPLENS = PACKAGE / "deeplens"
_ALSO = {"pillow", "pydantic", "typer"}  # dependencies of the whole project that the camera program needs, too


def requirements() -> list[str]:
    """List the camera program's requirements, with exact versions, from the project's metadata."""
    wanted = [Requirement(text) for text in requires("homeward") or []]
    chosen = [
        need
        for need in wanted
        if (need.marker and need.marker.evaluate({"extra": "edge"}) and not need.marker.evaluate({"extra": ""}))
        or (not need.marker and need.name in _ALSO)
    ]
    # `homeward-edge check` needs it; the lock file has it as a transitive dependency.
    return sorted(
        [f"cryptography=={installed_version('cryptography')}", *(f"{need.name}{need.specifier}" for need in chosen)]
    )


def pack(folder: Path) -> Path:
    """Write the release into a folder and return `homeward-edge.zip`. The same sources give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / "homeward-edge.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for source in (*_sources(PACKAGE), *_sources(PICTURES)):
            if DEEPLENS not in source.parents:
                _add(file, f"homeward-edge/{source.relative_to(PACKAGE.parent)}", stamped(source))
        _add(file, "homeward-edge/requirements.txt", ("\n".join(requirements()) + "\n").encode())
        _add(file, "homeward-edge/pyproject.toml", _PROJECT.format(version=version()).encode())
    _pack_deeplens(folder / "homeward-deeplens.zip")
    for source in (RECIPE, PACKAGE / "greengrass" / "gdk-config.json"):
        (folder / source.name).write_bytes(stamped(source))
    return archive


def _pack_deeplens(archive: Path) -> None:
    """Write the Lambda function for AWS DeepLens. The device has everything that it imports beside its own code."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for source in (PACKAGE / "__init__.py", *_sources(PACKAGE / "core"), *_sources(DEEPLENS)):
            is_handler = source.name == "homeward_deeplens.py"
            _add(file, source.name if is_handler else f"edge_device/{source.relative_to(PACKAGE)}", stamped(source))


def _sources(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    # ZipInfo has a constant date: the time of day would change the bytes.
    archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def stamped(source: Path) -> bytes:
    """Read a file, and write the version into the systemd unit, the DeepLens function and `gdk-config.json`."""
    if source.suffix in {".service", ".json"} or source.name == "homeward_deeplens.py":
        return source.read_text().replace("VERSION", version()).encode()
    return source.read_bytes()


_PROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"
[project]
name = "homeward"
version = "{version}"
requires-python = ">=3.11"
[project.scripts]
homeward-edge = "edge_device.cli:app"
[tool.setuptools.packages.find]
include = ["edge_device*", "pictures*"]
[tool.setuptools.package-data]
"*" = ["*.yaml", "*.json", "*.service", "*.html", "*.js"]
"""

if __name__ == "__main__":
    sys.stdout.write(f"{pack(Path(sys.argv[1]))}\n")
