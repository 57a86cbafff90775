"""Parse names as sources write them."""

from __future__ import annotations

import re

from lambdas.cases.case import Name

# Placeholders that sources write instead of an unknown name.
_PLACEHOLDER = re.compile(r"\b(unknown|unidentified|john doe|jane doe|baby (boy|girl)|not provided)\b", re.IGNORECASE)


def title_case(words: str) -> str:
    """Convert `MARY-ANN O'FICTION` to Mary-Ann O'Fiction. Mixed case stays as it is."""
    return words.title() if words.isupper() else words


def parse_name(words: str, *, kind: str = "legal") -> Name | None:
    """Split `JUNIPER MAE SAMPLEFORD` into given, middle and family name. None for a placeholder."""
    parts = title_case(" ".join(words.split())[:200]).split(" ")
    if not parts[0] or _PLACEHOLDER.search(words):
        return None
    if len(parts) == 1:
        return Name(given=parts[0], kind=kind)
    return Name(given=parts[0], middle=" ".join(parts[1:-1]) or None, family=parts[-1], kind=kind)
