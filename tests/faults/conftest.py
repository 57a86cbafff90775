"""The emulator, whose DynamoDB serializes conditional writes and transactions as DynamoDB does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local_cloud.lifecycle import running_cloud
from local_cloud.settings import CloudSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_cloud.cloud import Cloud


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    settings = CloudSettings(state=tmp_path_factory.mktemp("cloud"), services=("emulator",)).with_free_ports()
    with running_cloud(settings) as cloud:
        yield cloud
