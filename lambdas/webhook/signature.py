"""The signature of a webhook, by the Standard Webhooks specification (standardwebhooks.com, version 1.0.0)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re


def signed_headers(body: bytes, *, secret: str, message_id: str, at_s: int) -> dict[str, str]:
    """The three headers that let a receiver see who sent this, when, and whether it has it already.

    `secret` is the key in base64; `at_s` is the time of this attempt in seconds since 1970, which a receiver compares
    with its own clock (5 minutes) against replays. `message_id` is the same for every attempt.
    """
    # The id is part of what is signed, and full stops separate the parts.
    name = re.sub(r"[^A-Za-z0-9_-]", "-", message_id)
    signed = f"{name}.{at_s}.".encode() + body
    signature = base64.b64encode(hmac.digest(base64.b64decode(secret), signed, hashlib.sha256)).decode()
    return {"webhook-id": name, "webhook-timestamp": str(at_s), "webhook-signature": f"v1,{signature}"}
