"""The settings of one camera: a TOML file, overridden by command-line options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from edge_device.core.topics import Topics
from edge_device.hosts import is_host
from edge_device.toml_file import read_toml
from edge_device.wording.settings import known_key, reason
from edge_device.wording.system import os_error_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

THING_NAME = r"^[a-zA-Z0-9:_\-]{1,128}\z"  # what AWS IoT accepts; pydantic compiles it as a Rust regex
ENVIRONMENT = r"^[a-z0-9\-]{1,64}\z"
_ALLOWED = {
    THING_NAME: "letters, digits, '-', '_' and ':', at most 128",
    ENVIRONMENT: "the environment's name, such as springfield-prod",
}
Fraction = Annotated[float, Field(ge=0, le=1)]
_RENAMED = {
    "outbox.most_mb": "outbox.max_mb",
    "outbox.oldest_h": "outbox.max_age_h",
    "shots.most": "shots.max_per_track",
}


class SettingsError(ValueError):
    """A setting is invalid. The text has one line per setting: the file, the name and what is allowed."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _has_no_nul(cls, value: Any) -> Any:
        """Refuse a text that neither the operating system nor a library written in C reads whole."""
        if isinstance(value, str) and "\0" in value:
            raise ValueError("has a NUL character")
        return value


class MqttSettings(_Table):
    """How messages are published. `iot-core`, for any MQTT 5 broker, needs an endpoint, a certificate and a key."""

    publisher: Literal["iot-core", "greengrass-v2", "greengrass-v1", "stdout"] = "iot-core"
    endpoint: str | None = None
    port: int = Field(default=8883, ge=1, le=65535)
    certificate: Path | None = None
    key: Path | None = None
    ca: Path | None = None

    @field_validator("endpoint")
    @classmethod
    def _is_host(cls, endpoint: str | None) -> str | None:
        """Refuse an address with a scheme or port, which no DNS knows."""
        if endpoint and not is_host(endpoint):
            raise ValueError("must be a host name alone, without https:// and port; the port is mqtt.port")
        return endpoint


class DetectionSettings(_Table):
    """The face detector: `yunet` or `package.module:Class`. Frames are scaled down to `width_px` for it."""

    kind: str = "yunet"
    width_px: int = Field(default=640, ge=160, le=4096)
    min_score: Fraction = 0.6


class FaceSettings(_Table):
    """Which faces become captures, and how they are cropped: see `edge_device.core.passers_by.FaceRules`."""

    min_px: float = Field(default=48, ge=20, le=1000)
    min_confidence: Annotated[float, Field(ge=0.8, lt=1)] = 0.8
    margin: Annotated[float, Field(ge=0.3, le=2)] = 0.6
    max_px: int = Field(default=480, ge=160, le=800)


class ShotSettings(_Table):
    """When to take a shot: see `edge_device.core.best_shot.ShotRules`."""

    good_score: Fraction = 0.75
    better: Annotated[float, Field(ge=1, le=5)] = 1.05
    clearly_better: Annotated[float, Field(ge=1, le=5)] = 1.25
    max_per_track: int = Field(default=3, ge=1, le=10)
    stay_s: float = Field(default=60, ge=10, le=86_400)


def _device_number(source: Any) -> Any:
    """Take the number of a webcam without quotation marks."""
    return str(source) if type(source) is int and source >= 0 else source


Polygon = Annotated[tuple[tuple[Fraction, Fraction], ...], Field(min_length=3)]


class ZoneSettings(_Table):
    """Polygons whose corners are fractions of the frame's width and height: see `edge_device.core.zones.Zones`."""

    regions: tuple[Polygon, ...] = ()
    masks: tuple[Polygon, ...] = ()


class MotionSettings(_Table):
    """The gate that pauses the detector while nothing moves."""

    enabled: bool = True
    sensitivity: float = Field(default=6, ge=1, le=100)


class HealthSettings(_Table):
    """How often the camera publishes a health message."""

    every_s: float = Field(default=60, ge=1, le=86_400)


class LiveViewSettings(_Table):
    """The live view: off unless a port is set (0 for any free port)."""

    port: int | None = Field(default=None, ge=0, le=65535)
    token_file: Path = Path("/var/lib/homeward-edge/live_view_token")
    width_px: int = Field(default=960, ge=160, le=1920)


class OutboxSettings(_Table):
    """The outbox: its file, the maximum size and age of the messages in it, and how many it sends in a minute.

    Above the agency's `camera_limits.searches_per_minute`, the cloud drops them.
    """

    path: Path = Path("/var/lib/homeward-edge/outbox.db")
    max_mb: float = Field(default=500, gt=0, le=10_000_000)
    max_age_h: float = Field(default=72, gt=0, le=87_600)
    max_per_minute: int = Field(default=60, ge=1, le=6000)


class Settings(_Table):
    """All settings of a camera.

    `camera` is its thing. `environment` is for things whose name does not begin with it: see `edge_device.core.topics`.
    `trust_clock` is for hosts whose clock is right without a time service.
    """

    camera: Annotated[str, Field(pattern=THING_NAME)]
    environment: Annotated[str, Field(pattern=ENVIRONMENT)] | None = None
    source: Annotated[str, BeforeValidator(_device_number)]
    pace: Literal["real-time", "fast"] = "real-time"
    trust_clock: bool = False
    mqtt: MqttSettings = MqttSettings()
    detection: DetectionSettings = DetectionSettings()
    faces: FaceSettings = FaceSettings()
    shots: ShotSettings = ShotSettings()
    zones: ZoneSettings = ZoneSettings()
    motion: MotionSettings = MotionSettings()
    outbox: OutboxSettings = OutboxSettings()
    health: HealthSettings = HealthSettings()
    live_view: LiveViewSettings = LiveViewSettings()

    @property
    def topics(self) -> Topics:
        """The camera's topics."""
        return Topics(self.camera, self.environment)


def read_settings(file: Path | None, options: Mapping[str, Any]) -> Settings:
    """Read a TOML file and override it with options, named like `mqtt.port`. Options that are None are ignored.

    Raises:
        SettingsError: the file cannot be read, or a setting is unknown, missing or invalid.
    """
    document = _read_toml(file) if file else {}
    # A setting before its parts, so that what has none refuses them, whatever the order.
    given = [name for name in sorted(options, key=lambda name: name.count(".")) if options[name] is not None]
    refused = [problem for name in given if (problem := _override(document, name, options[name]))]
    try:
        settings = Settings.model_validate(document)
    except ValidationError as error:
        where = str(file) if file else "the options"
        raise SettingsError("\n".join(f"{where}: {problem}" for problem in problems_of(error))) from error
    if refused:
        raise SettingsError("\n".join(refused))
    return settings


def problems_of(error: ValidationError, model: type[BaseModel] | None = None) -> list[str]:
    """Describe each invalid setting of a model in one line: its name, what is allowed and the likely value."""
    return [_problem(item, model or Settings) for item in error.errors()]


def _problem(item: Any, model: type[BaseModel]) -> str:
    name = ".".join(map(str, item["loc"]))
    shown = name if name.isprintable() else ascii(name)  # the author of the file chooses the names of unknown settings
    if name in _RENAMED:
        return f"{shown}: renamed to {_RENAMED[name]}"
    if item["type"] == "extra_forbidden":
        return f"{shown}: unknown setting{known_key(model, list(item['loc']))}"
    if item["type"] == "missing":
        return f"{shown}: missing"
    return f"{shown}: {reason(item, name, patterns=_ALLOWED, is_secret=name == 'source')}"


def _override(document: dict[str, Any], name: str, value: Any) -> str | None:
    """Set a value in the document. Returns what to say if the model does not refuse what is no table there."""
    *tables, key = name.split(".")
    for table in tables:
        document = document.setdefault(table, {})
        if not isinstance(document, dict):
            return f"the options: {name}: {table} is not a table of settings"
    document[key] = value
    return None


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return read_toml(file)
    except OSError as error:
        raise SettingsError(f"cannot read {os_error_in_words(error)}") from error
    except ValueError as error:
        raise SettingsError(f"{file} is {error}") from error
