"""The words of the pages. Templates write English; the other languages translate each text."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lambdas.console.words.english import ENGLISH
from lambdas.console.words.spanish import SPANISH
from lambdas.console.words.spanish_pages import SPANISH_PAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TRANSLATIONS: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "es": SPANISH | SPANISH_PAGES}
LANGUAGES = tuple(_TRANSLATIONS)


def words(language: str) -> Callable[..., str]:
    """Return the function `t` of the templates: it translates a text, and fills in its `{names}`."""
    return partial(_translate, _TRANSLATIONS[language])


def _translate(translations: Mapping[str, str], text: str, **values: object) -> str:
    translated = translations.get(text, text)
    return translated.format(**values) if values else translated
