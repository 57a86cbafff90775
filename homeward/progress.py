"""How far a long command is, and how long it will take: on standard error, and only where somebody looks."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from homeward.options import messages

if TYPE_CHECKING:
    from collections.abc import Iterator


class Advance(Protocol):
    """Says how far it is."""

    def __call__(self, what: str, *, done: int | None = None, total: int | None = None) -> None:
        """One more is done, or `done` of them are. `what` is shown beside the bar; `total` once it is known."""


@contextmanager
def progress(what: str, *, total: int | None = None) -> Iterator[Advance]:
    """Show a bar while the block runs; without a total it only moves."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=messages,
        transient=True,
        disable=not messages.is_terminal,
    ) as shown:
        task = shown.add_task(what, total=total)

        def advance(what: str, *, done: int | None = None, total: int | None = None) -> None:
            one_more = 1 if done is None else None
            shown.update(task, description=what, advance=one_more, completed=done, total=total)

        yield advance
