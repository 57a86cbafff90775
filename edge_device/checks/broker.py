"""Checks of the way to the broker: certificate, TLS handshake, connection, permission for each topic."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from cryptography import x509

from edge_device.checks.result import CheckResult
from edge_device.publishers import PublishError
from edge_device.wiring import build_publisher
from edge_device.wording.system import os_error_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edge_device.core.topics import Topics
    from edge_device.publishers import Publisher
    from edge_device.settings import MqttSettings, Settings

_CONNECT_TIMEOUT_S = 15.0
_MIN_VALID_DAYS = 30
_CA = "set mqtt.ca to the broker's certificate authority (for AWS IoT: AmazonRootCA1.pem)"
_NAME = "check mqtt.endpoint: this certificate is for another host"
# By OpenSSL's verify codes; others are about the authority.
_TRUST = {9: "check the clock", 10: "check the clock", 62: _NAME, 64: _NAME}
# The IoT rule ignores this message: it selects confidences above 0.8.
_TEST_CAPTURE = b'{"schema":"homeward.face/1","check":true,"detection":{"confidence":0}}'


def check_broker(settings: Settings) -> Iterator[CheckResult]:
    """Check the way to the broker in order, up to the first failure."""
    if settings.mqtt.publisher == "iot-core":
        for check_part in (check_certificate, check_handshake):
            result = check_part(settings.mqtt)
            yield result
            if result.grade == "failed":
                return
    yield from check_connection(settings)


def check_certificate(mqtt: MqttSettings) -> CheckResult:
    """Check that certificate and key exist, belong together and are valid."""
    advice = "create them with `homeward camera add` or `homeward-edge provision`"
    if not mqtt.certificate or not mqtt.key or not mqtt.endpoint:
        return CheckResult("certificate", "failed", "mqtt.endpoint, mqtt.certificate or mqtt.key is not set", advice)
    try:
        certificate = _usable_certificate(mqtt.certificate, mqtt.key)
    except OSError as error:
        return CheckResult("certificate", "failed", os_error_in_words(error), advice)
    except ValueError as error:
        return CheckResult("certificate", "failed", str(error), f"copy the files again, or {advice}")
    days = (certificate.not_valid_after_utc - datetime.now(tz=UTC)).days
    if days < 0:
        return CheckResult("certificate", "failed", f"it expired on {certificate.not_valid_after_utc:%Y-%m-%d}", advice)
    finding = f"valid until {certificate.not_valid_after_utc:%Y-%m-%d}"
    if days < _MIN_VALID_DAYS:
        return CheckResult("certificate", "warning", finding, advice)
    return CheckResult("certificate", "ok", finding)


def _usable_certificate(file: Path, key: Path) -> x509.Certificate:
    key.read_bytes()  # unlike `load_cert_chain`, this names the file in its error
    try:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
    except ValueError as error:
        raise ValueError(f"{file} is no certificate in PEM form") from error
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(file, key)
    except ssl.SSLError as error:
        raise ValueError(f"{key} is not the key of {file}") from error
    return certificate


def check_handshake(mqtt: MqttSettings) -> CheckResult:
    """Make a TLS handshake with the standard library, whose errors are more exact than the MQTT client's."""
    address = f"{mqtt.endpoint}:{mqtt.port}"
    try:
        context = ssl.create_default_context(cafile=mqtt.ca)
        context.load_cert_chain(mqtt.certificate or "", mqtt.key)
        with (
            socket.create_connection((mqtt.endpoint or "", mqtt.port), timeout=_CONNECT_TIMEOUT_S) as connection,
            context.wrap_socket(connection, server_hostname=mqtt.endpoint) as tls,
        ):
            return CheckResult("broker", "ok", f"{address} answers with {tls.version()}")
    except socket.gaierror:
        advice = "check mqtt.endpoint and the network's DNS"
        return CheckResult("broker", "failed", f"{mqtt.endpoint} has no address", advice)
    except ssl.SSLCertVerificationError as error:
        finding = f"the certificate of {address} is not accepted: {error.verify_message}"
        return CheckResult("broker", "failed", finding, _TRUST.get(error.verify_code, _CA))
    except ssl.SSLError as error:
        finding = f"{address} does not finish the TLS handshake: {error.reason or error}"
        return CheckResult(
            "broker", "failed", finding, "check that mqtt.endpoint and mqtt.port are those of the broker"
        )
    except FileNotFoundError:
        return CheckResult("broker", "failed", f"mqtt.ca: {mqtt.ca} does not exist", _CA)
    except OSError as error:
        advice = f"check that {mqtt.port} is the right port (for AWS IoT: 8883) and that the firewall allows it"
        return CheckResult("broker", "failed", f"{address}: {error.strerror or error}", advice)


def check_connection(settings: Settings) -> Iterator[CheckResult]:
    """Connect as the camera, then publish to each of its topics."""
    publisher = build_publisher(settings)
    try:
        publisher.connect()
        if not publisher.wait_connected(_CONNECT_TIMEOUT_S):
            reason = getattr(publisher, "failure", None) or "no answer"
            advice = "check that the certificate is active, has a policy and is attached to the thing of this name"
            yield CheckResult("connection", "failed", f"not accepted as {settings.camera}: {reason}", advice)
            return
        yield CheckResult("connection", "ok", f"accepted as {settings.camera}")
        yield from _check_topics(settings.topics, publisher)
    except PublishError as error:
        yield CheckResult("connection", "failed", str(error))
    finally:
        publisher.close()


def _check_topics(topics: Topics, publisher: Publisher) -> Iterator[CheckResult]:
    for topic, payload in ((topics.faces, _TEST_CAPTURE), (topics.health, b'{"check":true}'), (topics.status, b"")):
        publisher.wait_connected(_CONNECT_TIMEOUT_S)
        retained = topic == topics.status
        try:
            publisher.publish(topic, payload, retain=retained)
        except PublishError as error:
            grade: Literal["failed", "warning"] = "failed" if topic == topics.faces else "warning"
            actions = "iot:Publish and iot:RetainPublish" if retained else "iot:Publish"
            yield CheckResult("topic", grade, f"{topic}: {error}", f"the device policy must allow {actions} on it")
        else:
            yield CheckResult("topic", "ok", topic)
