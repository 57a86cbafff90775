"""What it means that Rekognition refuses to search a picture, where it will refuse the same picture every time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

_UNREADABLE = frozenset({"InvalidImageFormatException", "ImageTooLargeException"})


def has_no_face(error: ClientError) -> bool:
    """It finds no face in the picture: a normal outcome, of which Rekognition has no error of its own."""
    code, text = error.response["Error"]["Code"], error.response["Error"]["Message"]
    return code == "InvalidParameterException" and "no faces" in text.lower()


def why_unreadable(error: ClientError) -> str | None:
    """Why it can never read the picture; None where that is not what it says."""
    code, text = error.response["Error"]["Code"], error.response["Error"]["Message"]
    return f"{code}: {text}" if code in _UNREADABLE else None
