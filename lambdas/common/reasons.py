"""Write the reason of a failure, which may quote text from outside, as one printable line."""

from __future__ import annotations

from lambdas.common.outside_text import single_line

_MAX_LENGTH = 500


def one_line(reason: str) -> str:
    """Clean the text and cut it to 500 characters."""
    return single_line(reason[: 4 * _MAX_LENGTH])[:_MAX_LENGTH].strip()


def reason_metadata(reason: str) -> dict[str, str]:
    """Build S3 object metadata with a reason. Metadata travels as a header, so it must be ASCII."""
    return {"reason": one_line(reason).encode("ascii", "replace").decode()}
