"""Answers in pages: `MaxResults` in, `NextToken` in and out."""

import base64
import binascii
from typing import Any

from local_cloud.rekognition.errors import RekognitionError


def page_size(request: dict[str, Any], *, default: int) -> int:
    """How many results the caller wants at most; 0 means the default."""
    return int(request.get("MaxResults") or default)


def start(request: dict[str, Any]) -> str:
    """The key behind which this page begins; "" for the first page.

    Raises:
        RekognitionError: InvalidPaginationTokenException if no answer had that token.
    """
    try:
        return base64.b64decode(request.get("NextToken", ""), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise _invalid_token() from None


def start_row(request: dict[str, Any]) -> int:
    """The row number behind which this page begins; 0 for the first page.

    Raises:
        RekognitionError: InvalidPaginationTokenException if no answer had that token.
    """
    key = start(request) or "0"
    if not key.isdecimal():
        raise _invalid_token()
    return int(key)


def next_token(keys: list[Any], size: int) -> dict[str, str]:
    """The `NextToken` member after a page with these keys, one more than fits if there is a next page."""
    if len(keys) <= size:
        return {}
    return {"NextToken": base64.b64encode(str(keys[size - 1]).encode()).decode()}


def _invalid_token() -> RekognitionError:
    return RekognitionError("InvalidPaginationTokenException", "Invalid pagination token")
