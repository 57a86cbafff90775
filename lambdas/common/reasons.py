"""Write the reason of a failure, which may quote text from outside, as one printable line."""

from __future__ import annotations

_MAX_LENGTH = 500


def one_line(reason: str) -> str:
    """Replace control, format and surrogate characters by spaces, and cut the text to 500 characters."""
    printable = "".join(letter if letter.isprintable() else " " for letter in reason[: 4 * _MAX_LENGTH])
    return " ".join(printable.split())[:_MAX_LENGTH].strip()


def reason_metadata(reason: str) -> dict[str, str]:
    """Build S3 object metadata with a reason. Metadata travels as a header, so it must be ASCII."""
    return {"reason": one_line(reason).encode("ascii", "replace").decode()}
