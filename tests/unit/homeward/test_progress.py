from __future__ import annotations

import io

import pytest
from rich.console import Console

from homeward import progress as module
from homeward.progress import progress


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> io.StringIO:
    written = io.StringIO()
    is_terminal = getattr(request, "param", True)
    monkeypatch.setattr(module, "messages", Console(file=written, force_terminal=is_terminal, width=120))
    return written


def test_total_may_be_set_after_the_start(screen: io.StringIO) -> None:
    with progress("listing") as advance:
        advance("fetch namus:MP1", total=4)
        advance("fetch namus:MP3", done=3)
        advance("fetch namus:MP4")
    assert "fetch namus:MP4" in screen.getvalue()
    assert "4/4" in screen.getvalue()


@pytest.mark.parametrize("screen", [False], indirect=True)
def test_without_a_terminal_nothing_is_printed(screen: io.StringIO) -> None:
    with progress("listing") as advance:
        advance("fetch namus:MP1", total=1)
    assert screen.getvalue() == ""
