"""Puts the parts of the camera program together, as the settings say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from edge_device.cameras.awscam_device import AwsCam
from edge_device.cameras.image_folder import ImageFolder
from edge_device.cameras.live import LiveCamera
from edge_device.cameras.video_file import VideoFile
from edge_device.core.best_shot import ShotRules
from edge_device.core.motion import MotionGate
from edge_device.core.passers_by import FaceRules, PassersBy
from edge_device.core.zones import Zones
from edge_device.detector import load_detector
from edge_device.health import status_message, status_topic
from edge_device.outbox import Outbox
from edge_device.publishers.greengrass_v1 import GreengrassV1
from edge_device.publishers.greengrass_v2 import GreengrassV2
from edge_device.publishers.iot_core import Endpoint, IotCore, Will
from edge_device.publishers.stdout import Stdout
from edge_device.settings import SettingsError

if TYPE_CHECKING:
    from edge_device.cameras import Camera
    from edge_device.detector import Detector
    from edge_device.publishers import Publisher
    from edge_device.settings import Faces, Mqtt, Settings, Shots, ZoneSettings


def build_camera(settings: Settings, *, give_up_s: float | None = None) -> Camera:
    """The camera that `source` names; `give_up_s` makes a live one that gives nothing for so long an error."""
    source, fast, trust = settings.source, settings.pace == "fast", settings.trust_clock
    if source == "awscam":
        return AwsCam(trust_clock=trust)
    if source.isdigit() or source.startswith("/dev/") or "://" in source:
        return LiveCamera(source, give_up_s=give_up_s, trust_clock=trust)
    if Path(source).is_dir():
        return ImageFolder(Path(source), follow=not fast)
    return VideoFile(Path(source), fast=fast, trust_clock=trust)


def build_detector(settings: Settings) -> Detector:
    """The detector that `detection.kind` names.

    Raises:
        SettingsError: there is no such detector.
    """
    detection = settings.detection
    try:
        return load_detector(detection.kind, width_px=detection.width_px, min_score=detection.min_score)
    except ValueError as error:
        raise SettingsError(str(error)) from error


def build_passers_by(settings: Settings) -> PassersBy:
    """The core, with the settings' rules."""
    return PassersBy(faces=face_rules(settings.faces), rules=shot_rules(settings.shots), zones=zones(settings.zones))


def face_rules(faces: Faces) -> FaceRules:
    """The core's rules for faces."""
    return FaceRules(min_px=faces.min_px, min_confidence=faces.min_confidence, margin=faces.margin, max_px=faces.max_px)


def shot_rules(shots: Shots) -> ShotRules:
    """The core's rules for shots."""
    return ShotRules(
        good_score=shots.good_score, clearly_better=shots.clearly_better, most_shots=shots.most, stay_s=shots.stay_s
    )


def zones(settings: ZoneSettings) -> Zones:
    """The core's zones."""
    return Zones(regions=settings.regions, masks=settings.masks)


def build_gate(settings: Settings) -> MotionGate | None:
    """The motion gate, unless it is turned off."""
    return MotionGate(sensitivity=settings.motion.sensitivity) if settings.motion.enabled else None


def build_outbox(settings: Settings) -> Outbox:
    """The outbox, opened."""
    waiting = settings.outbox
    return Outbox(waiting.path, most_bytes=int(waiting.most_mb * 1e6), oldest_s=waiting.oldest_h * 3600)


def build_publisher(settings: Settings) -> Publisher:
    """The publisher that `mqtt.publisher` names.

    Raises:
        SettingsError: a file or the endpoint is missing.
    """
    mqtt = settings.mqtt
    if mqtt.publisher == "stdout":
        return Stdout()
    if mqtt.publisher == "greengrass-v1":
        return GreengrassV1()
    if mqtt.publisher == "greengrass-v2":
        return GreengrassV2()
    host, certificate, key = mqtt.endpoint, mqtt.certificate, mqtt.key
    if not host or not certificate or not key:
        raise SettingsError(_missing(mqtt))
    for file in (certificate, key, *([mqtt.ca] if mqtt.ca else [])):
        if not file.is_file():
            raise SettingsError(f"{file} does not exist: `homeward-edge provision` or `homeward camera add` makes it")
    will = Will(status_topic(settings.camera), status_message(settings.camera, online=False, reason="gone", at=False))
    return IotCore(Endpoint(host, certificate, key, mqtt.ca, mqtt.port), thing=settings.camera, will=will)


def _missing(mqtt: Mqtt) -> str:
    names = [name for name in ("endpoint", "certificate", "key") if not getattr(mqtt, name)]
    return f"mqtt.{' and mqtt.'.join(names)} must be set (or choose mqtt.publisher = 'stdout' to try without a broker)"
