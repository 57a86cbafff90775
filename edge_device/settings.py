"""The settings of one camera: a TOML file, with the command line's options over it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping

Thing = Annotated[str, Field(pattern=r"^[a-zA-Z0-9:_\-]{1,128}$")]
Part = Annotated[float, Field(ge=0, le=1)]  # of the picture's width or height, or a score


class SettingsError(ValueError):
    """A setting is wrong; the text names the file, the setting and what is allowed, one line each."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Mqtt(_Table):
    """Where messages go. `iot-core` (or any MQTT 5 broker) needs an endpoint, a certificate and a key."""

    publisher: Literal["iot-core", "greengrass-v2", "greengrass-v1", "stdout"] = "iot-core"
    endpoint: str | None = None
    port: int = Field(default=8883, ge=1, le=65535)
    certificate: Path | None = None
    key: Path | None = None
    ca: Path | None = None


class Detection(_Table):
    """How faces are found: `kind` is `yunet` or `package.module:Class`; it sees frames no wider than `width_px`."""

    kind: str = "yunet"
    width_px: int = Field(default=640, ge=160, le=4096)
    min_score: Part = 0.6


class Faces(_Table):
    """Which faces become captures, and how they are cut out."""

    min_px: float = Field(default=48, ge=20, le=1000)
    min_confidence: Annotated[float, Field(ge=0.8, lt=1)] = 0.8
    margin: Annotated[float, Field(ge=0.3, le=2)] = 0.6
    max_px: int = Field(default=480, ge=160, le=800)


class Shots(_Table):
    """When a shot is taken: see `edge_device.core.best_shot.ShotRules`."""

    good_score: Part = 0.7
    clearly_better: Annotated[float, Field(ge=1, le=5)] = 1.15
    most: int = Field(default=3, ge=1, le=10)
    stay_s: float = Field(default=60, ge=10)


Polygon = Annotated[tuple[tuple[Part, Part], ...], Field(min_length=3)]


class ZoneSettings(_Table):
    """Polygons in parts of the picture (0-1): faces are captured in the regions only; the masks are blacked out."""

    regions: tuple[Polygon, ...] = ()
    masks: tuple[Polygon, ...] = ()


class Motion(_Table):
    """The gate that lets the detector rest while nothing moves."""

    enabled: bool = True
    sensitivity: float = Field(default=6, ge=1, le=100)


class HealthSettings(_Table):
    """How often the camera says how it is."""

    every_s: float = Field(default=60, ge=1)


class LiveView(_Table):
    """The page that shows what the camera sees: off unless a port is set (0 for any free one)."""

    port: int | None = Field(default=None, ge=0, le=65535)
    token_file: Path = Path("/var/lib/homeward-edge/live_view_token")
    width_px: int = Field(default=960, ge=160, le=1920)


class Waiting(_Table):
    """The outbox: its file, and when the oldest messages in it are given up."""

    path: Path = Path("/var/lib/homeward-edge/outbox.db")
    most_mb: float = Field(default=500, gt=0)
    oldest_h: float = Field(default=72, gt=0)


class Settings(_Table):
    """All settings of a camera. `source` is what it films; `trust_clock` is for hosts without a time service."""

    camera: Thing
    source: str
    pace: Literal["real-time", "fast"] = "real-time"
    trust_clock: bool = False
    mqtt: Mqtt = Mqtt()
    detection: Detection = Detection()
    faces: Faces = Faces()
    shots: Shots = Shots()
    zones: ZoneSettings = ZoneSettings()
    motion: Motion = Motion()
    outbox: Waiting = Waiting()
    health: HealthSettings = HealthSettings()
    live_view: LiveView = LiveView()


def read_settings(file: Path | None, options: Mapping[str, Any]) -> Settings:
    """The settings of a TOML file with the options over it: named with dots (`mqtt.port`), and None where not given.

    Raises:
        SettingsError: the file cannot be read, or a setting is unknown, missing or out of range.
    """
    document = _read_toml(file) if file else {}
    for name, value in options.items():
        if value is not None:
            *tables, key = name.split(".")
            table = document
            for part in tables:
                table = table.setdefault(part, {})
            table[key] = value
    try:
        return Settings.model_validate(document)
    except ValidationError as error:
        where = str(file) if file else "the options"
        lines = [f"{where}: {'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()]
        raise SettingsError("\n".join(lines)) from error


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text())
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is not TOML: {error}") from error
