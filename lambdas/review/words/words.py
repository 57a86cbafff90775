"""Translate the texts of a page. Pages write English; the other languages translate each text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.alerting.texts.languages.phrases import Phrases


@dataclass(frozen=True, kw_only=True)
class Words:
    """One language. `phrases` are those that alerts have, too; `translations` are by the English text."""

    language: str
    phrases: Phrases
    translations: Mapping[str, str]

    def __call__(self, text: str, **values: object) -> str:
        """Translate a text, and fill in its `{names}`."""
        translated = self.translations.get(text, text)
        return translated.format(**values) if values else translated
