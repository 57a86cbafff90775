"""The emulator that the tests of this folder share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local_cloud.lifecycle import running_cloud
from tests.end_to_end.local_cloud.processes import emulator_only

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_cloud.cloud import Cloud


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with running_cloud(emulator_only(tmp_path_factory.mktemp("cloud"))) as running:
        yield running
