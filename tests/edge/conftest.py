"""Fixtures of the camera program's tests: a real broker, certificates, and generated videos."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edge_device.publishers.iot_core import IotCore
from local_cloud import video
from local_cloud.video import GroundTruth, busy_corridor, render, render_walk_past
from tests.edge.support.broker import Broker
from tests.support.certificates import Authority

if TYPE_CHECKING:
    from collections.abc import Iterator

FACES = Path(__file__).parents[2] / "node_modules" / "tabler-ui" / "src" / "demo" / "faces"
EIGHT_STILLS = [
    *(FACES / "male" / f"{number}.jpg" for number in (1, 4, 9, 12)),
    *(FACES / "female" / f"{number}.jpg" for number in (1, 4, 10, 12)),
]


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
    """A video of two people who walk past one after the other."""
    video = tmp_path_factory.mktemp("video") / "walk.mp4"
    render_walk_past([FACES / "male" / "1.jpg", FACES / "female" / "1.jpg"], video, seconds_each=3.0, size=(960, 540))
    return video


@pytest.fixture(scope="session")
def busy_video(pytestconfig: pytest.Config) -> tuple[Path, GroundTruth]:
    """The busy corridor and its ground truth; cached until the renderer changes."""
    sources = sorted(Path(video.__file__).parent.glob("*.py"))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    out = pytestconfig.cache.mkdir("busy-corridor") / f"{digest}.mp4"
    if not out.with_suffix(".json").exists():
        render(busy_corridor(EIGHT_STILLS), out)
    return out, GroundTruth.load(out.with_suffix(".json"))


@pytest.fixture
def camera(broker: Broker, authority: Authority) -> Iterator[IotCore]:
    """The connection of the camera cam-01."""
    publisher = IotCore(broker.endpoint(authority.issue("cam-01")), thing="cam-01", ack_timeout_s=2)
    publisher.connect()
    yield publisher
    publisher.close()
