"""What `homeward-edge check` tests."""

from __future__ import annotations

import shutil
import socket
import ssl
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from cryptography import x509

from edge_device import clock
from edge_device.build import build_camera, build_detector, build_outbox, build_publisher
from edge_device.cameras import CameraError
from edge_device.core.message import faces_topic
from edge_device.health import health_topic, status_topic
from edge_device.publishers import PublishError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from edge_device.publishers import Publisher
    from edge_device.settings import Mqtt, Settings

_CAMERA_PATIENCE_S = 20.0
_CONNECT_PATIENCE_S = 15.0


@dataclass(frozen=True)
class Result:
    """What was tested, how it went, and what to do if it did not go well."""

    name: str
    grade: Literal["ok", "warning", "failed"]
    finding: str
    advice: str = ""

    def to_json(self) -> dict[str, Any]:
        """The result for `--json`."""
        return asdict(self)


def run_checks(settings: Settings) -> Iterator[Result]:
    """All checks, from the camera to the topics; those that cannot go well any more are left out."""
    image, result = _camera(settings)
    yield result
    if image is not None:
        yield _detector(settings, image)
    yield _clock()
    yield _outbox(settings)
    if settings.mqtt.publisher == "iot-core":
        certificate = _certificate(settings.mqtt)
        yield certificate
        if certificate.grade == "failed":
            return
        handshake = _handshake(settings.mqtt)
        yield handshake
        if handshake.grade == "failed":
            return
    yield from _broker(settings)


def _camera(settings: Settings) -> tuple[NDArray[np.uint8] | None, Result]:
    started = time.monotonic()
    try:
        frame = next(frame for frame in build_camera(settings, give_up_s=_CAMERA_PATIENCE_S).frames() if frame)
    except (CameraError, StopIteration) as error:
        return None, Result("camera", "failed", str(error) or "it gave no picture")
    width, height = frame.size
    finding = f"{width} x {height} pixels after {time.monotonic() - started:.1f} s"
    if frame.image.mean() < 12:
        return frame.image, Result(
            "camera", "warning", f"{finding}, almost black", "is the lens covered? is there light?"
        )
    return frame.image, Result("camera", "ok", finding)


def _detector(settings: Settings, image: NDArray[np.uint8]) -> Result:
    try:
        detector = build_detector(settings)
    except ValueError as error:
        return Result("detector", "failed", str(error))
    detector.detect(image)
    started = time.perf_counter()
    faces = detector.detect(image)
    milliseconds = 1000 * (time.perf_counter() - started)
    finding = f"{detector.model}: {milliseconds:.0f} ms a frame, {len(faces)} faces in this one"
    if milliseconds > 150:
        return Result("detector", "warning", finding, "fewer than 7 frames a second: lower detection.width_px")
    return Result("detector", "ok", finding)


def _clock() -> Result:
    if clock.is_synced():
        return Result("clock", "ok", "set by a time service")
    advice = "`timedatectl set-ntp true`, or install chrony; until then the time of arrival counts"
    return Result("clock", "warning", "no time service has set it", advice)


def _outbox(settings: Settings) -> Result:
    try:
        with build_outbox(settings) as outbox:
            waiting, free_mb = len(outbox), shutil.disk_usage(outbox.path.parent).free / 1e6
    except OSError as error:
        advice = "run as the user homeward-edge, or set outbox.path to a folder of your own"
        return Result("outbox", "failed", f"{settings.outbox.path}: {error.strerror}", advice)
    finding = f"{waiting} messages wait, {free_mb:.0f} MB are free"
    if free_mb < settings.outbox.most_mb:
        return Result("outbox", "warning", finding, f"outbox.most_mb is {settings.outbox.most_mb:.0f}: free some space")
    return Result("outbox", "ok", finding)


def _certificate(mqtt: Mqtt) -> Result:
    build = "`homeward camera add` or `homeward-edge provision` makes them"
    if not mqtt.certificate or not mqtt.key or not mqtt.endpoint:
        return Result("certificate", "failed", "mqtt.endpoint, mqtt.certificate and mqtt.key are not all set", build)
    try:
        certificate = x509.load_pem_x509_certificate(mqtt.certificate.read_bytes())
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(mqtt.certificate, mqtt.key)
    except (OSError, ValueError) as error:
        return Result("certificate", "failed", f"{mqtt.certificate} and {mqtt.key}: {error}", build)
    days = (certificate.not_valid_after_utc - datetime.now(tz=UTC)).days
    if days < 0:
        return Result("certificate", "failed", f"it expired on {certificate.not_valid_after_utc:%Y-%m-%d}", build)
    finding = f"valid until {certificate.not_valid_after_utc:%Y-%m-%d}"
    return Result("certificate", "warning" if days < 30 else "ok", finding, build if days < 30 else "")


def _handshake(mqtt: Mqtt) -> Result:
    """A TLS handshake by the standard library, whose errors say more than those of the MQTT client."""
    where = f"{mqtt.endpoint}:{mqtt.port}"
    try:
        context = ssl.create_default_context(cafile=mqtt.ca)
        context.load_cert_chain(mqtt.certificate or "", mqtt.key)
        with (
            socket.create_connection((mqtt.endpoint or "", mqtt.port), timeout=_CONNECT_PATIENCE_S) as connection,
            context.wrap_socket(connection, server_hostname=mqtt.endpoint) as tls,
        ):
            return Result("broker", "ok", f"{where} answers with {tls.version()}")
    except socket.gaierror:
        return Result(
            "broker", "failed", f"{mqtt.endpoint} has no address", "check mqtt.endpoint and the network's DNS"
        )
    except ssl.SSLCertVerificationError as error:
        advice = "set mqtt.ca to the broker's authority; AWS IoT's is AmazonRootCA1.pem; check the clock"
        return Result("broker", "failed", f"{where} is not who it should be: {error.verify_message}", advice)
    except OSError as error:
        advice = f"is port {mqtt.port} open in the firewall? is it the right port? (AWS IoT: 8883)"
        return Result("broker", "failed", f"{where}: {error}", advice)


def _broker(settings: Settings) -> Iterator[Result]:
    publisher = build_publisher(settings)
    try:
        publisher.connect()
        if not publisher.wait_connected(_CONNECT_PATIENCE_S):
            reason = getattr(publisher, "failure", None) or "no answer"
            advice = "is the certificate active, attached to the thing of this name, and has it a policy?"
            yield Result("connection", "failed", f"refused as {settings.camera}: {reason}", advice)
            return
        yield Result("connection", "ok", f"accepted as {settings.camera}")
        yield from _topics(settings.camera, publisher)
    except PublishError as error:
        yield Result("connection", "failed", str(error))
    finally:
        publisher.close()


def _topics(thing: str, publisher: Publisher) -> Iterator[Result]:
    # A confidence of 0: the rule of the cloud, which wants more than 0.8, passes this message over.
    nobody = b'{"schema":"homeward.face/1","check":true,"detection":{"confidence":0}}'
    topics = ((faces_topic(thing), nobody), (health_topic(thing), b'{"check":true}'), (status_topic(thing), b""))
    for topic, payload in topics:
        publisher.wait_connected(_CONNECT_PATIENCE_S)
        retained = topic == status_topic(thing)
        try:
            publisher.publish(topic, payload, retain=retained)
        except PublishError as error:
            grade: Literal["failed", "warning"] = "failed" if topic == faces_topic(thing) else "warning"
            right = "iot:Publish and iot:RetainPublish" if retained else "iot:Publish"
            yield Result("topic", grade, f"{topic}: {error}", f"the device policy must allow {right} on it")
        else:
            yield Result("topic", "ok", topic)
