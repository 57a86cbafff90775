"""Clouds that evaluate IAM policies, and that keep the record of their permission checks.

`python -m local_cloud.permissions build/permissions` reports on the records, at the end of `make end-to-end`.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from local_cloud.cloud import silent
from local_cloud.lifecycle import running_cloud
from local_cloud.paths import ROOT
from local_cloud.permissions.record import CHECKS, DEPLOYED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_cloud.cdk import Progress
    from local_cloud.cloud import Cloud
    from local_cloud.settings import CloudSettings

RECORDS = ROOT / "build" / "permissions"


@contextmanager
def checked_cloud(settings: CloudSettings, name: str, *, progress: Progress = silent) -> Iterator[Cloud]:
    """Run a cloud for the length of a `with` block, and keep its record as `name`."""
    kept = RECORDS / name
    shutil.rmtree(kept, ignore_errors=True)
    with running_cloud(replace(settings, auth=True), progress=progress) as cloud:
        yield cloud
    kept.mkdir(parents=True)
    for file in (CHECKS, DEPLOYED):
        shutil.copyfile(settings.state / file, kept / file)
