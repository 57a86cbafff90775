"""A certificate of its own for a program that a benchmark starts."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class SelfSigned:
    """A certificate for 127.0.0.1, which is its own authority, and its private key: PEM files."""

    certificate: Path
    key: Path


def self_signed(folder: Path) -> SelfSigned:
    """A new one in this folder."""
    made = SelfSigned(folder / "cert.pem", folder / "key.pem")
    kind = ["-newkey", "rsa:2048", "-nodes"]  # what web sites commonly have
    names = ["-subj", "/CN=benchmark", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(made.key), "-out", str(made.certificate)]
    command = ["openssl", "req", "-x509", *kind, *names, *files]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - openssl, no input
    return made
