"""Build the message of a synthetic capture: the members of `homeward.face/1` that the cloud reads, and no others."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import uuid
from typing import Any

from PIL import Image

from lambdas.cases.probe import PROBE_CAMERA
from lambdas.common.times import now, to_text

_CROP_PX = 480  # the size that a camera sends


def probe_message(jpeg: bytes) -> bytes:
    """Return the message of a capture that shows the picture, taken now."""
    message = synthetic_message(_crop(jpeg), camera=PROBE_CAMERA, detection={"confidence": 0.99})
    return json.dumps(message).encode()


def synthetic_message(picture: bytes, *, camera: str, **changes: Any) -> dict[str, Any]:
    """Return a camera's message that shows the JPEG as it is, taken now, with some members changed."""
    return {
        "schema": "homeward.face/1",
        "capture_id": str(uuid.uuid4()),
        "camera": camera,
        "captured_at": to_text(now()),
        "clock_synced": True,
        "detection": {"confidence": 0.93},
        "image": {
            "media_type": "image/jpeg",
            "encoding": "base64",
            "sha256": hashlib.sha256(picture).hexdigest(),
            "data": base64.b64encode(picture).decode(),
        },
        **changes,
    }


def _crop(jpeg: bytes) -> bytes:
    """Scale the picture down to the size of a camera's crop."""
    image = Image.open(io.BytesIO(jpeg))
    image.thumbnail((_CROP_PX, _CROP_PX))
    small = io.BytesIO()
    image.save(small, "JPEG", quality=85)
    return small.getvalue()
