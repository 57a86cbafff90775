"""A progress bar with the remaining time, on standard error and only on a terminal."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from homeward.terminal import messages
from lambdas.common.outside_text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator


class Advance(Protocol):
    """A function that moves the bar."""

    def __call__(self, text: str, *, done: int | None = None, total: int | None = None) -> None:
        """Count one more item, or set the count to `done`. `text` stands beside the bar; `total` may come late."""


@contextmanager
def progress(text: str, *, total: int | None = None) -> Iterator[Advance]:
    """Show a bar while the block runs. Without a total the bar only pulses."""
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=messages,
        transient=True,
        disable=not messages.is_terminal,
    ) as bar:
        task = bar.add_task(visible(text), total=total)

        def advance(text: str, *, done: int | None = None, total: int | None = None) -> None:
            one_more = 1 if done is None else None
            bar.update(task, description=visible(text), advance=one_more, completed=done, total=total)

        yield advance
