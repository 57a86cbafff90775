"""Pagination: `MaxResults` and `NextToken` in requests, `NextToken` in responses."""

import base64
import binascii
from typing import Any

from local_cloud.rekognition.errors import RekognitionError


def page_size(request: dict[str, Any], *, default: int) -> int:
    """Read the maximum number of results; 0 or none means the default."""
    return int(request.get("MaxResults") or default)


def start_key(request: dict[str, Any]) -> str:
    """Read the key after which the page starts; "" for the first page.

    Raises:
        RekognitionError: InvalidPaginationTokenException if this server did not make the token.
    """
    try:
        return base64.b64decode(request.get("NextToken", ""), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise _invalid_token() from None


def start_row(request: dict[str, Any]) -> int:
    """Read the row number after which the page starts; 0 for the first page.

    Raises:
        RekognitionError: InvalidPaginationTokenException if this server did not make the token.
    """
    key = start_key(request) or "0"
    if not key.isdecimal():
        raise _invalid_token()
    return int(key)


def next_token(keys: list[Any], size: int) -> dict[str, str]:
    """Make the `NextToken` member of a response; empty on the last page.

    Args:
        keys: Keys of the page, and one more if there is a next page.
        size: Page size.
    """
    if len(keys) <= size:
        return {}
    return {"NextToken": base64.b64encode(str(keys[size - 1]).encode()).decode()}


def _invalid_token() -> RekognitionError:
    return RekognitionError("InvalidPaginationTokenException", "Invalid pagination token")
