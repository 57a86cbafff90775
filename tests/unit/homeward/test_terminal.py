from __future__ import annotations

import io
import json
from typing import Any

import pytest
from rich.table import Table

from homeward import progress as module
from homeward.progress import progress
from homeward.terminal import Terminal

HOSTILE = "[/nosuch] [red]x[/red] :smile: \x1b[2J\x1b]0;title\x07\u202eabc\nhomeward: all is well\x9b1m"
SHOWN = "[/nosuch] [red]x[/red] :smile: abc homeward: all is well"


@pytest.fixture
def screen() -> Terminal:
    return Terminal(file=io.StringIO(), width=200)


def written(screen: Terminal) -> str:
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def test_printed_text_is_one_line_without_markup(screen: Terminal) -> None:
    screen.print(HOSTILE, style="red")
    assert written(screen) == f"{SHOWN}\n"


def test_cell_of_a_table_is_text(screen: Terminal) -> None:
    table = Table("name", HOSTILE, title=HOSTILE)
    table.add_row("a", HOSTILE)
    screen.print(table)
    assert written(screen).count(SHOWN) == 3
    assert "\x1b" not in written(screen)


def test_indentation_stays(screen: Terminal) -> None:
    screen.print("    -> two  spaces")
    assert written(screen) == "    -> two  spaces\n"


@pytest.mark.parametrize(
    "data", [{"name": HOSTILE}, [HOSTILE, "\ud800", "José 王 \U000e0041"], {HOSTILE: {"a": 1.5, "b": None}}]
)
def test_json_escapes_what_nobody_sees(screen: Terminal, data: Any) -> None:
    screen.print_json(data=data)
    assert json.loads(written(screen)) == data
    assert written(screen).replace("\n", "").isprintable()


def test_json_shows_letters_as_they_are(screen: Terminal) -> None:
    screen.print_json(data={"name": "José 王"})
    assert '"José 王"' in written(screen)


def test_progress_shows_text_without_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal(file=io.StringIO(), force_terminal=True, width=200)
    monkeypatch.setattr(module, "messages", screen)
    with progress(HOSTILE) as advance:
        advance(HOSTILE, total=1)
    assert SHOWN in written(screen)
    assert "\x1b]0" not in written(screen)
