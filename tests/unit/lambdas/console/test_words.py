"""Every text of the pages is in Spanish too: those of templates, and those that the pages' code chooses."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from lambdas.cases.case import PhotoKind
from lambdas.cases.several_faces import CHOSEN, NOT_SHOWN, SAME_FACE
from lambdas.console import app
from lambdas.console.pages.sync_status import SHOWN
from lambdas.console.pages.verdicts import REASONS
from lambdas.console.queue_rows import Status
from lambdas.console.words import words
from lambdas.console.words.english import ENGLISH
from lambdas.encounters.evidence import Strength
from lambdas.ingest.gallery.held_photos import HELD, UNSURE
from lambdas.review.audit import AuditKind

FOLDER = Path(app.__file__).parent
SAME_IN_SPANISH: set[str] = set()


def texts_of_code() -> set[str]:
    """Find the texts that code passes to `t`."""
    found = set()
    for module in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            is_translated = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "t"
            if is_translated and isinstance(node, ast.Call) and isinstance(node.args[0], ast.Constant):
                found.add(str(node.args[0].value))
    return found


def test_every_text_of_the_pages_has_a_translation() -> None:
    templates = {
        text
        for template in (FOLDER / "templates").glob("**/*.html")
        for text in re.findall(r"""\bt\(\s*"([^"]+)\"""", template.read_text())
    }
    reasons = {text for texts in REASONS.values() for text in texts.values()}
    chosen = {*map(str, Status), *map(str, Strength), *ENGLISH}
    spanish = words("es").args[0]  # type: ignore[attr-defined] # a partial
    missing = (templates | texts_of_code() | reasons | chosen) - spanish.keys() - SAME_IN_SPANISH
    assert missing == set()
    for text, translated in spanish.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", translated)), text


def test_codes_of_records_are_shown_as_words() -> None:
    codes = {*map(str, AuditKind), *map(str, PhotoKind), *HELD, *UNSURE, CHOSEN, SAME_FACE, NOT_SHOWN, *SHOWN}
    english = words("en")
    assert [code for code in codes if "_" in english(code)] == []
