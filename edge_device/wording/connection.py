"""Words for failures of the connection to the broker."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_ROOT = "set mqtt.ca to the broker's certificate authority (for AWS IoT: AmazonRootCA1.pem)"
_BY_CODE = {
    "IO_DNS": "no host has the name {host}: check mqtt.endpoint, and the network's DNS",
    "TLS_ERROR_DEFAULT_TRUST_STORE": "this computer trusts no authority of its own: {trust}",
    "TLS_(CERTIFICATE|PEER_CERTIFICATE)_(EXPIRED|NOT_YET)": "a certificate is not valid now: check the clock",
    "TLS_HOST_NAME_MISMATCH": "the certificate of {address} is for another name: check mqtt.endpoint",
    "IO_TLS": "the TLS handshake with {address} failed: {trust}",
    "SOCKET_CONNECTION_REFUSED": "nothing listens at {address}: check mqtt.endpoint and mqtt.port (AWS IoT: 8883)",
    "SOCKET_TIMEOUT": "{address} does not answer: check that the firewall allows port {port}",
    "SOCKET_(NO_ROUTE|NETWORK_DOWN)": "no network leads to {address}: check cable, Wi-Fi and router",
    "(SOCKET_CLOSED|UNEXPECTED_HANGUP)": "{address} ended the connection: {refused}",
    "CONNACK_TIMEOUT": "{address} did not answer: is it an MQTT 5 broker?",
    "CONNACK_CONNECTION_REFUSED": "the broker refused the camera: {refused}",
}
_REFUSED = (
    "is the certificate active, does it have a policy, and is it attached to the thing that `camera` names? "
    "Does another program use this name?"
)


def failure_in_words(failure: str, *, host: str, port: int, ca: Path | None) -> str:
    """Say what to do about a failure that the MQTT library names with a code such as AWS_IO_DNS_INVALID_NAME."""
    trust = f"is {ca} the authority of this broker, and {host} a name in its certificate?" if ca else _ROOT
    for code, words in _BY_CODE.items():
        if re.search(rf"\bAWS_\w*{code}", failure):
            text = words.format(host=host, port=port, address=f"{host}:{port}", trust=trust, refused=_REFUSED)
            return f"{text} ({failure.partition(':')[0]})"
    return failure
