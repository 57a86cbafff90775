"""What the edge's tests share: a real broker, certificates, and a generated video."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local_cloud import video
from local_cloud.video import GroundTruth, busy_corridor, render, render_walk_past
from tests.edge.broker import Broker
from tests.edge.certificates import Authority

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
    """A video of two people walking past one after the other."""
    video = tmp_path_factory.mktemp("video") / "walk.mp4"
    render_walk_past([FACES / "male" / "1.jpg", FACES / "female" / "1.jpg"], video, seconds_each=3.0, size=(960, 540))
    return video


@pytest.fixture(scope="session")
def busy_video(pytestconfig: pytest.Config) -> tuple[Path, GroundTruth]:
    """The busy corridor and its ground truth; rendered again only when the renderer has changed."""
    sources = sorted(Path(video.__file__).parent.glob("*.py"))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    out = pytestconfig.cache.mkdir("busy-corridor") / f"{digest}.mp4"
    if not out.with_suffix(".json").exists():
        render(busy_corridor(EIGHT_STILLS), out)
    return out, GroundTruth.load(out.with_suffix(".json"))
