"""Base64 for addresses and cookies: its alphabet is safe there, and it has no padding (RFC 4648, section 5)."""

from __future__ import annotations

import base64
import re

_SHORT = re.compile(r"[A-Za-z0-9_-]{1,64}")


def to_base64url(data: bytes) -> str:
    """Encode bytes."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_base64url(text: str) -> bytes:
    """Decode a text.

    Raises:
        ValueError: it is not such a text.
    """
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def may_be_token(text: str) -> bool:
    """Tell whether a part of an address can be an id or a token of ours. Ask DynamoDB for nothing else."""
    return _SHORT.fullmatch(text) is not None
