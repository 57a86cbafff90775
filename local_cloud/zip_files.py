"""Keeps the zip files of assets for the next assembly. The CDK makes them anew for each, and each takes a second."""

import time
from pathlib import Path

from local_cloud.paths import ROOT

_KEPT_S = 7 * 86_400


def share_zip_files(assembly: Path, folder: Path = ROOT / ".local" / "zip-files") -> None:
    """Have the CDK look for zip files, and put them, in a folder that all assemblies share.

    A file's name is the hash of what is in it. The CDK writes it elsewhere and renames it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        if file.stat().st_mtime < time.time() - _KEPT_S:
            file.unlink(missing_ok=True)
    # The CDK keeps them beside the manifest of each stage.
    for manifest in (*assembly.glob("manifest.json"), *assembly.glob("assembly-*/manifest.json")):
        cache = manifest.with_name(".cache")
        if not cache.exists():
            cache.symlink_to(folder)
