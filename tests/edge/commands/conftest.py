"""The settings file that the commands' tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.edge.support.camera_file import write_camera_file

if TYPE_CHECKING:
    from pathlib import Path

    from tests.edge.support.broker import Broker
    from tests.support.certificates import Authority


@pytest.fixture
def config(tmp_path: Path, broker: Broker, authority: Authority, two_passers_by: Path) -> Path:
    """The settings file of a working camera."""
    return write_camera_file(tmp_path, broker, authority, two_passers_by)
