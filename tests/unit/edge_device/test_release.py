"""The release of the camera program that Greengrass and systemd install."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import yaml  # type: ignore[import-untyped]  # it ships no types

from edge_device.release import RECIPE, pack

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_same_sources_give_the_same_bytes_at_any_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = pack(tmp_path / "first").read_bytes()
    monkeypatch.setattr("time.localtime", lambda *_: (2031, 2, 3, 4, 5, 6, 0, 34, 0))
    assert pack(tmp_path / "second").read_bytes() == first


def test_the_recipe_installs_from_where_greengrass_unpacks_the_archive(tmp_path: Path) -> None:
    archive = pack(tmp_path)
    with zipfile.ZipFile(archive) as file:
        file.extractall(tmp_path / "decompressed" / archive.stem)
    [manifest] = yaml.safe_load(RECIPE.read_text())["Manifests"]
    script = manifest["Lifecycle"]["Install"]["Script"].replace(
        "{artifacts:decompressedPath}", str(tmp_path / "decompressed")
    )
    used = [word for word in script.split() if word.startswith(str(tmp_path))]
    requirements, program = (tmp_path.joinpath(word) for word in used)
    assert requirements.is_file()
    assert (program / "pyproject.toml").is_file()
