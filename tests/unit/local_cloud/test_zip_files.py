from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from local_cloud.zip_files import share_zip_files

if TYPE_CHECKING:
    from pathlib import Path


def test_assemblies_share_zip_files_but_no_old_ones(tmp_path: Path) -> None:
    for name in ("one", "two"):
        stage = tmp_path / name / "assembly-demo-dev"
        stage.mkdir(parents=True)
        (stage / "manifest.json").touch()
        share_zip_files(tmp_path / name, tmp_path / "shared")
        for age_days in (1, 8):
            file = stage / ".cache" / f"{name}-{age_days}.zip"
            file.touch()
            os.utime(file, (time.time() - 86_400 * age_days,) * 2)
    share_zip_files(tmp_path / "two", tmp_path / "shared")
    assert sorted(file.name for file in (tmp_path / "shared").iterdir()) == ["one-1.zip", "two-1.zip"]
