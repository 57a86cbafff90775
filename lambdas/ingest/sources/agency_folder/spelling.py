"""Find a file name that is spelled differently: in another case, or in another Unicode form of its accents."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class SpellingIndex:
    """The names of one folder."""

    def __init__(self, names: Iterable[str]) -> None:
        self._composed: dict[str, list[str]] = {}
        self._caseless: dict[str, list[str]] = {}
        for name in names:
            composed = unicodedata.normalize("NFC", name)
            self._composed.setdefault(composed, []).append(name)
            self._caseless.setdefault(composed.casefold(), []).append(name)

    def find(self, name: str) -> str | None:
        """Return the only name that is equal in composed form, else the only one that is so without case, or None."""
        composed = unicodedata.normalize("NFC", name)
        found = self._composed.get(composed) or self._caseless.get(composed.casefold(), [])
        return found[0] if len(found) == 1 else None
