"""Write a camera's settings file, camera.toml."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge_device.core.topics import Topics

if TYPE_CHECKING:
    from pathlib import PurePath

_TEXT = """\
# Settings of one Homeward camera{note}. docs/camera.md leads from here to the first capture;
# docs/camera-installer/README.md lists every setting. It publishes on {topics}.
camera = {camera}  # the thing's name; also the MQTT client id
environment = {environment}
source = {source}  # 0: the first USB camera; /dev/video2; rtsp://user:password@10.0.0.7/stream; a video file

[mqtt]
endpoint = {endpoint}
port = {port}
certificate = {certificate}
key = {key}
{ca}
"""


@dataclass(frozen=True, kw_only=True)
class CameraFile:
    """The values of a settings file. Without `ca`, the operating system must trust the broker."""

    camera: str
    environment: str
    source: str
    endpoint: str
    port: int
    certificate: PurePath
    key: PurePath
    ca: PurePath | None = None

    def text(self, *, note: str = "") -> str:
        """Return the file. `note` is one line about the camera."""
        values = {name: _toml(getattr(self, name)) for name in ("camera", "environment", "source", "endpoint")}
        files = {name: _toml(str(getattr(self, name))) for name in ("certificate", "key")}
        ca = f"ca = {_toml(str(self.ca))}" if self.ca else '# ca = "AmazonRootCA1.pem"'
        topics = Topics(self.camera, self.environment).all
        return _TEXT.format(**values, **files, port=self.port, ca=ca, topics=topics, note=f": {note}" if note else "")


def with_source(text: str, source: str) -> str:
    """Return a settings file with another source. All else stays, comments too."""
    line = re.compile(r"^source[ \t]*=[^#\n]*?([ \t]*#.*)?(?=\n|\Z)", re.MULTILINE)
    if not line.search(text):
        return f"source = {_toml(source)}\n{text}"
    return line.sub(lambda found: f"source = {_toml(source)}{found[1] or ''}", text, count=1)


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
