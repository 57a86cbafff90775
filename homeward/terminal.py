"""The two streams of the command line: results on standard output, progress and errors on standard error.

Both print text from outside as it is: Rich reads no markup in it, and terminals get no control characters from it.
"""

from __future__ import annotations

import re
import sys
from json import dumps
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.highlighter import JSONHighlighter

from homeward.exit_codes import FAILED
from lambdas.common.outside_text import visible

if TYPE_CHECKING:
    from rich.text import Text

_UNUSUAL = re.compile(r"[^\n\x20-\x7e]")


class Terminal(Console):
    """A console for text from outside. Each printed string and each cell of a table is one line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Convert a string, which Rich calls for each that it prints."""
        return super().render_str(visible(text), **options)

    def print_json(self, json: str | None = None, *, data: Any = None, **_: Any) -> None:
        """Print `data` as JSON for other programs. The document escapes what a terminal would not show."""
        document = _UNUSUAL.sub(_escape_unseen, json or dumps(data, indent=2, ensure_ascii=False))
        self.print(JSONHighlighter()(document), soft_wrap=True)


console = Terminal()
messages = Terminal(stderr=True, highlight=False)


def warn(text: str, *, style: str = "yellow") -> None:
    """Print one line on standard error, after the program's name."""
    messages.print(f"homeward: {text}", style=style, soft_wrap=True)


def fail(text: str, *, code: int = FAILED) -> typer.Exit:
    """Print an error, and return the exception that ends the command with this exit code."""
    sys.stdout.flush()
    warn(text, style="red")
    return typer.Exit(code)


def _escape_unseen(match: re.Match[str]) -> str:
    character = match[0]
    return character if visible(character) == character else dumps(character)[1:-1]
