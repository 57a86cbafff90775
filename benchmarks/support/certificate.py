"""Creates a self-signed certificate for a program that a benchmark starts."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class SelfSigned:
    """A self-signed certificate for 127.0.0.1 and its private key, as PEM files."""

    certificate: Path
    key: Path


def self_signed(folder: Path) -> SelfSigned:
    """Create the certificate in a folder."""
    identity = SelfSigned(folder / "cert.pem", folder / "key.pem")
    kind = ["-newkey", "rsa:2048", "-nodes"]  # as web sites commonly use
    names = ["-subj", "/CN=benchmark", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(identity.key), "-out", str(identity.certificate)]
    command = ["openssl", "req", "-x509", *kind, *names, *files]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - openssl, no input
    return identity
