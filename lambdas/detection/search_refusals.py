"""What Rekognition refuses every time: the limit of a request, and the errors that are the picture's fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

MAX_REQUEST_BYTES = 5_242_880  # of a picture in a request; Rekognition reads larger ones from S3

# Each code with the words that its message has if the picture is at fault. The same code without these words means a
# mistake in the rest of the request. A side under 80 px is an "invalid parameter", and an empty object a violated
# constraint of image.bytes.
_UNREADABLE = {
    "InvalidImageFormatException": "",
    "ImageTooLargeException": "",
    "InvalidParameterException": "invalid parameters",
    "ValidationException": "image.bytes",
}


def has_no_face(error: ClientError) -> bool:
    """Tell whether the picture has no face. Rekognition has no error code for this normal outcome."""
    code, text = error.response["Error"]["Code"], error.response["Error"]["Message"]
    return code == "InvalidParameterException" and "no faces" in text.lower()


def why_unreadable(error: ClientError) -> str | None:
    """Return why Rekognition can never read the picture, or None for any other error."""
    code, text = error.response["Error"]["Code"], error.response["Error"]["Message"]
    return f"{code}: {text}" if code in _UNREADABLE and _UNREADABLE[code] in text.lower() else None
