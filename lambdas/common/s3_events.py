"""Decode S3 event notifications from a queue."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_plus

import msgspec


def object_keys(body: str) -> list[str]:
    """Return the object keys in a queue message; none for the s3:TestEvent of a new subscription.

    Raises:
        msgspec.ValidationError: the message is not an S3 notification.
    """
    notification = msgspec.json.decode(body, type=dict[str, Any])
    if notification.get("Event") == "s3:TestEvent":
        return []
    records = msgspec.convert(notification.get("Records"), type=list[_Record])
    return [unquote_plus(record.s3.object.key) for record in records]


class _Object(msgspec.Struct):
    key: str


class _Entity(msgspec.Struct):
    object: _Object


class _Record(msgspec.Struct):
    s3: _Entity
