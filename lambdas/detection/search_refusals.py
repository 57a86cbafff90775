"""Classify the errors with which Rekognition refuses a picture every time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

_UNREADABLE = frozenset({"InvalidImageFormatException", "ImageTooLargeException"})


def has_no_face(error: ClientError) -> bool:
    """Tell whether the picture has no face. Rekognition has no error code for this normal outcome."""
    code, text = error.response["Error"]["Code"], error.response["Error"]["Message"]
    return code == "InvalidParameterException" and "no faces" in text.lower()


def why_unreadable(error: ClientError) -> str | None:
    """Return why Rekognition can never read the picture, or None for any other error."""
    code, text = error.response["Error"]["Code"], error.response["Error"]["Message"]
    return f"{code}: {text}" if code in _UNREADABLE else None
