"""The emulator, whose DynamoDB serializes conditional writes and transactions as DynamoDB does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
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


@pytest.fixture(scope="session", autouse=True)
def _types_are_known() -> None:
    """Have msgspec look at each type before threads do.

    msgspec 0.22 ends the process if two threads use a type for the first time at once. A function has one thread.
    """
    for kind in _kinds_below(msgspec.Struct):
        msgspec.json.Decoder(kind)


def _kinds_below(kind: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for each in kind.__subclasses__():
        yield each
        yield from _kinds_below(each)
