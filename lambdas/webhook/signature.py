"""Sign webhooks as the Standard Webhooks specification 1.0.0 (standardwebhooks.com) defines."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re


def signed_headers(body: bytes, *, secret: str, message_id: str, at_s: int) -> dict[str, str]:
    """Return the three headers that prove the sender and let the receiver deduplicate.

    `secret` is the key in base64. `at_s` is the time of this attempt in seconds since 1970: against replays, receivers
    accept it only within 5 minutes of their own clock. `message_id` is the same for every attempt.
    """
    # The signed text separates its parts by full stops, so the id must not contain any.
    name = re.sub(r"[^A-Za-z0-9_-]", "-", message_id)
    signed = f"{name}.{at_s}.".encode() + body
    signature = base64.b64encode(hmac.digest(base64.b64decode(secret), signed, hashlib.sha256)).decode()
    return {"webhook-id": name, "webhook-timestamp": str(at_s), "webhook-signature": f"v1,{signature}"}
