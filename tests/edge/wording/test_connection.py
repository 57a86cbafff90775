"""What an installer reads when the camera cannot connect."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edge_device.publishers.iot_core import Endpoint, IotCore
from edge_device.wording.connection import failure_in_words
from tests.edge.support.broker import free_port, wait_until

if TYPE_CHECKING:
    from tests.support.certificates import Authority

ROOT = "set mqtt.ca to the broker's certificate authority (for AWS IoT: AmazonRootCA1.pem)"


def failure_of(endpoint: Endpoint) -> str:
    camera = IotCore(endpoint, thing="cam-01")
    camera.connect()
    wait_until(lambda: camera.failure)
    camera.close()
    return str(camera.failure)


def test_missing_authority_is_named() -> None:
    code = "AWS_IO_TLS_ERROR_NEGOTIATION_FAILURE: TLS (SSL) negotiation failed"
    words = failure_in_words(code, host="b.example", port=8883, ca=None)
    assert words == f"the TLS handshake with b.example:8883 failed: {ROOT} (AWS_IO_TLS_ERROR_NEGOTIATION_FAILURE)"


def test_wrong_name_is_not_a_refused_certificate(authority: Authority) -> None:
    identity = authority.issue("cam-01")
    words = failure_of(Endpoint("broker.invalid", identity.certificate, identity.key, authority.ca))
    assert words.startswith("no host has the name broker.invalid: check mqtt.endpoint")


def test_closed_port_is_named(authority: Authority) -> None:
    identity, port = authority.issue("cam-01"), free_port()
    words = failure_of(Endpoint("127.0.0.1", identity.certificate, identity.key, authority.ca, port))
    assert words.startswith(f"nothing listens at 127.0.0.1:{port}: check mqtt.endpoint and mqtt.port")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AWS_IO_DNS_QUERY_FAILED", "no host has the name b.example"),
        ("AWS_IO_SOCKET_TIMEOUT", "b.example:8883 does not answer: check that the firewall allows port 8883"),
        ("AWS_IO_SOCKET_NO_ROUTE_TO_HOST", "no network leads to b.example:8883"),
        ("AWS_IO_TLS_HOST_NAME_MISMATCH", "the certificate of b.example:8883 is for another name"),
        ("AWS_IO_TLS_CERTIFICATE_NOT_YET_VALID", "a certificate is not valid now: check the clock"),
        ("AWS_ERROR_MQTT_UNEXPECTED_HANGUP", "b.example:8883 ended the connection: is the certificate active"),
        ("AWS_ERROR_MQTT5_CONNACK_CONNECTION_REFUSED", "the broker refused the camera: is the certificate active"),
        ("SOMETHING_NEW", "SOMETHING_NEW: text"),
    ],
)
def test_code_of_the_library_becomes_advice(code: str, words: str) -> None:
    said = failure_in_words(f"{code}: text", host="b.example", port=8883, ca=Path("ca.pem"))
    assert said.startswith(words)
    assert code in said
