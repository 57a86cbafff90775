"""The languages of the pages behind links: every text is translated, and no translation is left over."""

from __future__ import annotations

import ast
import string
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

import lambdas.review
from agencies.alerting import Language
from lambdas.review.words import WORDS
from lambdas.review.words.french import FRENCH
from lambdas.review.words.spanish import SPANISH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SOURCES = Path(lambdas.review.__file__).parent
LANGUAGES = pytest.mark.parametrize("translations", [SPANISH, FRENCH], ids=["es", "fr"])


def texts() -> Iterator[str]:
    """Find the first argument of each call of `t` in the pages, also where a variable holds it."""
    for source in SOURCES.rglob("*.py"):
        nodes = list(ast.walk(ast.parse(source.read_text(encoding="utf-8"))))
        named = {ast.unparse(node.targets[0]): node.value for node in nodes if isinstance(node, ast.Assign)}
        for node in nodes:
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"t", "content.words"}:
                text = node.args[0]
                yield from strings(named[text.id] if isinstance(text, ast.Name) else text)


def strings(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*strings(node.body), *strings(node.orelse))
    else:
        assert isinstance(node, ast.Constant)
        yield str(node.value)


@LANGUAGES
def test_each_text_of_the_pages_is_translated(translations: Mapping[str, str]) -> None:
    assert set(translations) == set(texts())


@LANGUAGES
def test_translations_fill_in_the_same_parts(translations: Mapping[str, str]) -> None:
    def parts(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert [text for text, translated in translations.items() if parts(text) != parts(translated)] == []


def test_pages_have_the_languages_that_an_agency_may_choose() -> None:
    assert set(WORDS) == set(get_args(Language))
