"""Remote settings: the agency changes them in the thing's named shadow `camera`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from edge_device.core.topics import shadow_topic
from edge_device.publishers import PublishError
from edge_device.settings import FaceSettings, ShotSettings, ZoneSettings, problems_of
from edge_device.version import version

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from edge_device.publishers import Publisher

log = structlog.get_logger()


class RemoteSettings(BaseModel):
    """The settings that can change while the camera runs. With `filming` false it ignores every frame."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    filming: bool = True
    faces: FaceSettings = FaceSettings()
    shots: ShotSettings = ShotSettings()
    zones: ZoneSettings = ZoneSettings()


class CameraShadow:
    """Applies the shadow's desired state, and reports the settings in force or why a document was rejected.

    It saves the desired state in `file`, so that a restart without a network applies it again.
    """

    def __init__(
        self,
        thing: str,
        publisher: Publisher,
        *,
        local: RemoteSettings,
        file: Path,
        apply: Callable[[RemoteSettings], None],
    ) -> None:
        self._topic = shadow_topic(thing)
        self._publisher, self._local, self._file, self._apply = publisher, local.model_dump(mode="json"), file, apply
        self._desired: dict[str, Any] = {}
        self._rejected: dict[str, Any] | None = None
        self.settings = local

    def start(self) -> None:
        """Apply the saved state, and subscribe to changes. Ignore a saved state that this version does not accept."""
        if self._file.exists():
            try:
                self._put_in_force(json.loads(self._file.read_text()))
            except ValueError as error:  # damaged JSON, or a setting that has another name now
                log.warning("ignored the saved remote settings", file=str(self._file), reason=str(error))
        self._publisher.subscribe(f"{self._topic}/get/accepted", self._on_document)
        self._publisher.subscribe(f"{self._topic}/update/delta", self._on_delta)

    def request(self) -> None:
        """Request the whole document. Call it after each connection: changes made while offline are not delivered."""
        self._publish("get", {})

    def _on_document(self, _: str, payload: bytes) -> None:
        document = json.loads(payload)
        desired = document.get("state", {}).get("desired")
        if desired is not None:
            self._change(desired, document.get("version"))
        else:
            self._report(rejected=None)

    def _on_delta(self, _: str, payload: bytes) -> None:
        document = json.loads(payload)
        # A delta contains only what differs from the reported state.
        desired = _merged(self._desired, document["state"])
        # Each report triggers the same delta again while the two differ (a rejected document, or 60 and 60.0).
        if desired not in (self._desired, self._rejected):
            self._change(desired, document.get("version"))

    def _change(self, desired: dict[str, Any], shadow_version: int | None) -> None:
        try:
            self._put_in_force(desired)
        except ValidationError as error:
            reasons = problems_of(error, RemoteSettings)
            self._rejected = desired
            log.warning("remote settings rejected", reasons=reasons, shadow_version=shadow_version)
            self._report(rejected={"version": shadow_version, "reasons": reasons})
            return
        self._file.write_text(json.dumps(desired))
        log.info("remote settings applied", shadow_version=shadow_version)
        self._report(rejected=None)

    def _put_in_force(self, desired: dict[str, Any]) -> None:
        self.settings = RemoteSettings.model_validate(_merged(self._local, desired))
        self._desired = desired
        self._apply(self.settings)

    def _report(self, *, rejected: dict[str, Any] | None) -> None:
        in_force = self.settings.model_dump(mode="json")
        self._publish("update", {"state": {"reported": {**in_force, "edge_version": version(), "rejected": rejected}}})

    def _publish(self, operation: str, document: dict[str, Any]) -> None:
        try:
            self._publisher.publish(f"{self._topic}/{operation}", json.dumps(document).encode())
        except PublishError as error:
            log.warning("cannot reach the shadow", operation=operation, reason=str(error))


def _merged(document: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Merge the changes into a copy of the document, key by key, as AWS IoT merges shadows."""
    merged = dict(document)
    for key, value in changes.items():
        both_tables = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merged(merged[key], value) if both_tables else value
    return merged
