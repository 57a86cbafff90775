"""The subject of an e-mail."""

import unicodedata

_MAX_CHARACTERS = 99  # SNS refuses a subject of 100


def to_subject(text: str) -> str:
    """Convert a text to what SNS takes as a subject: one line of printable ASCII."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    printable = "".join(character if character.isprintable() else " " for character in plain)
    return " ".join(printable.split())[:_MAX_CHARACTERS]
