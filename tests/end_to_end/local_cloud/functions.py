"""Lambda functions of one file in the emulator."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local_cloud.cloud import Cloud

ROLE = "arn:aws:iam::000000000000:role/any"


def make_function(cloud: Cloud, name: str, code: str) -> None:
    """Create a function from source code that defines `handler`."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("index.py", code)
    cloud.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.14",
        Role=ROLE,
        Handler="index.handler",
        Code={"ZipFile": archive.getvalue()},
        Timeout=10,
    )


def call_function(cloud: Cloud, name: str) -> Any:
    """Invoke a function and return its result."""
    return json.load(cloud.client("lambda").invoke(FunctionName=name, Payload=b"{}")["Payload"])
