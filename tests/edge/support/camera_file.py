"""Writes the settings file of a camera."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.edge.support.broker import Broker
    from tests.support.certificates import Authority


def write_camera_file(
    folder: Path, broker: Broker, authority: Authority, video: Path, *, thing: str = "cam-01", days: float = 100
) -> Path:
    """A camera named `thing` that films `video` with the certificate of cam-01, valid for `days`."""
    identity = authority.issue("cam-01", days=days)
    file = folder / "camera.toml"
    file.write_text(f"""
camera = "{thing}"
source = "{video}"
pace = "fast"
[mqtt]
endpoint = "127.0.0.1"
port = {broker.port}
certificate = "{identity.certificate}"
key = "{identity.key}"
ca = "{authority.ca}"
[outbox]
path = "{folder / "outbox.db"}"
max_mb = 10
""")
    return file
