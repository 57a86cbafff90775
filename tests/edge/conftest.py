"""What the edge's tests share: a real broker, certificates, and a generated video."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local_cloud.video import render_walk_past
from tests.edge.broker import Broker
from tests.edge.certificates import Authority

if TYPE_CHECKING:
    from collections.abc import Iterator

FACES = Path(__file__).parents[2] / "node_modules" / "tabler-ui" / "src" / "demo" / "faces"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def broker(tmp_path: Path, authority: Authority) -> Iterator[Broker]:
    broker = Broker(tmp_path, authority)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(scope="session")
def two_passers_by(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of two people walking past one after the other."""
    video = tmp_path_factory.mktemp("video") / "walk.mp4"
    render_walk_past([FACES / "male" / "1.jpg", FACES / "female" / "1.jpg"], video, seconds_each=3.0, size=(960, 540))
    return video
