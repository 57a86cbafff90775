"""Builds the parts of the camera program that the settings select."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from edge_device.cameras.awscam_device import AwsCam
from edge_device.cameras.image_folder import ImageFolder
from edge_device.cameras.live import LiveCamera
from edge_device.cameras.video_file import VideoFile
from edge_device.close_look import RECORDING_SCALE, CloseLook
from edge_device.core.best_shot import ShotRules
from edge_device.core.motion import MotionGate
from edge_device.core.passers_by import FaceRules, PassersBy
from edge_device.core.zones import Zones
from edge_device.detector import load_detector
from edge_device.outbox.queue import Outbox
from edge_device.publishers.greengrass_v1 import GreengrassV1
from edge_device.publishers.greengrass_v2 import GreengrassV2
from edge_device.publishers.iot_core import Endpoint, IotCore, Will
from edge_device.publishers.stdout import Stdout
from edge_device.remote.health import status_message
from edge_device.settings import SettingsError

if TYPE_CHECKING:
    from edge_device.cameras import Camera
    from edge_device.detector import Detector
    from edge_device.publishers import Publisher
    from edge_device.settings import FaceSettings, MqttSettings, Settings, ShotSettings, ZoneSettings


def build_camera(settings: Settings, *, timeout_s: float | None = None) -> Camera:
    """Build the camera for `source`. `timeout_s` limits how long a network or USB camera may give no frame."""
    source, fast, trust = settings.source, settings.pace == "fast", settings.trust_clock
    if source == "awscam":
        return AwsCam(trust_clock=trust)
    if _is_live(source):
        return LiveCamera(source, timeout_s=timeout_s, trust_clock=trust)
    if Path(source).is_dir():
        return ImageFolder(Path(source), follow=not fast)
    return VideoFile(Path(source), fast=fast, trust_clock=trust)


def build_detector(settings: Settings) -> Detector:
    """Build the detector for `detection.kind`. Pictures and recordings get a closer look than a live camera's frames.

    Raises:
        SettingsError: no such detector.
    """
    detection, source = settings.detection, settings.source
    try:
        detector = load_detector(detection.kind, width_px=detection.width_px, min_score=detection.min_score)
    except ValueError as error:
        raise SettingsError(str(error)) from error
    if _is_live(source):
        return detector
    scale = RECORDING_SCALE if Path(source).is_file() else 1.0
    return CloseLook(detector, tile_px=detection.width_px, scale=scale)


def _is_live(source: str) -> bool:
    return source == "awscam" or source.isdigit() or source.startswith("/dev/") or "://" in source


def build_passers_by(settings: Settings) -> PassersBy:
    """Build the selection of shots, with the rules of the settings."""
    return PassersBy(faces=face_rules(settings.faces), rules=shot_rules(settings.shots), zones=zones(settings.zones))


def face_rules(settings: FaceSettings) -> FaceRules:
    """Convert the settings for faces to the core's rules."""
    return FaceRules(
        min_px=settings.min_px, min_confidence=settings.min_confidence, margin=settings.margin, max_px=settings.max_px
    )


def shot_rules(settings: ShotSettings) -> ShotRules:
    """Convert the settings for shots to the core's rules."""
    return ShotRules(
        good_score=settings.good_score,
        better=settings.better,
        clearly_better=settings.clearly_better,
        max_shots=settings.max_per_track,
        stay_s=settings.stay_s,
    )


def zones(settings: ZoneSettings) -> Zones:
    """Convert the settings for zones to the core's zones."""
    return Zones(regions=settings.regions, masks=settings.masks)


def build_motion_gate(settings: Settings) -> MotionGate | None:
    """Build the motion gate; None if it is turned off."""
    return MotionGate(sensitivity=settings.motion.sensitivity) if settings.motion.enabled else None


def build_outbox(settings: Settings) -> Outbox:
    """Open the outbox."""
    limits = settings.outbox
    return Outbox(limits.path, max_bytes=int(limits.max_mb * 1e6), max_age_s=limits.max_age_h * 3600)


def build_publisher(settings: Settings) -> Publisher:
    """Build the publisher for `mqtt.publisher`.

    Raises:
        SettingsError: the endpoint or a file is missing.
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
            raise SettingsError(
                f"{file} does not exist. Create it with `homeward-edge provision` or `homeward camera add`"
            )
    will = Will(settings.topics.status, status_message(settings.camera, online=False, reason="gone", at=False))
    return IotCore(Endpoint(host, certificate, key, mqtt.ca, mqtt.port), thing=settings.camera, will=will)


def _missing(mqtt: MqttSettings) -> str:
    names = [f"mqtt.{name}" for name in ("endpoint", "certificate", "key") if not getattr(mqtt, name)]
    return f"missing {' and '.join(names)}. Set them, or set mqtt.publisher = 'stdout' to run without a broker"
