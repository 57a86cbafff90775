"""Names as sources write them."""

from __future__ import annotations

import re

from lambdas.cases.case import Name

# What sources write where a name belongs when they have none.
_NOBODY = re.compile(r"\b(unknown|unidentified|john doe|jane doe|baby (boy|girl)|not provided)\b", re.IGNORECASE)


def in_usual_case(words: str) -> str:
    """`MARY-ANN O'FICTION` as Mary-Ann O'Fiction; mixed case is left as the source wrote it."""
    return words.title() if words.isupper() else words


def name_in_words(words: str, *, kind: str = "legal") -> Name | None:
    """`JUNIPER MAE SAMPLEFORD` as given, middle and family name; None where it is no name."""
    parts = in_usual_case(" ".join(words.split())[:200]).split(" ")
    if not parts[0] or _NOBODY.search(words):
        return None
    if len(parts) == 1:
        return Name(given=parts[0], kind=kind)
    return Name(given=parts[0], middle=" ".join(parts[1:-1]) or None, family=parts[-1], kind=kind)
