"""The parts of a corpus: named inputs with their outcomes, and the bounds that hold for every input of a parser."""

from __future__ import annotations

import re
import time
import tracemalloc
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pictures.memory import MB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# For one input, beside the input itself. The time only catches what hangs: the machine may be busy.
MAX_SECONDS = 5.0
MAX_MEMORY = 64 * MB
# Characters of one line that an operator reads about an input.
MAX_REASON = 1_000


@dataclass(frozen=True)
class Refused:
    """The parser refuses the input. The pattern is the class of its reason."""

    reason: str


@dataclass(frozen=True)
class Accepted:
    """The parser takes the input, with these values by path, such as `names.0.given`."""

    values: dict[str, Any]


Outcome = Refused | Accepted
# An input, or what makes it when the test runs. Each parser has its own type of input.
Corpus = dict[str, tuple[Any, Outcome]]


def check(
    case: tuple[Any, Outcome],
    parse: Callable[[Any], Any],
    *,
    errors: type[Exception] | tuple[type[Exception], ...],
    traced: bool = True,
) -> None:
    """Parse one input within the bounds, and compare its outcome. Any error but the documented ones fails the test.

    `traced` is False for a parser that bounds its memory itself, in a process that tracing would slow down.
    """
    given, expected = case
    found = outcome(parse, given() if callable(given) else given, errors=errors, traced=traced)
    if isinstance(expected, Refused):
        assert isinstance(found, Exception), f"not refused: {found!r:.500}"
        assert re.search(expected.reason, str(found)), str(found)[:500]
    else:
        assert not isinstance(found, Exception), str(found)[:500]
        assert {path: at(found, path) for path in expected.values} == expected.values


def outcome(
    parse: Callable[[Any], Any],
    given: Any,
    *,
    errors: type[Exception] | tuple[type[Exception], ...],
    traced: bool = True,
) -> Any:
    """Parse an input within the bounds. Return what the parser returns, or its documented error."""
    with bounded() if traced else nullcontext():
        try:
            return parse(given)
        except errors as error:
            for line in str(error).split("\n"):
                assert line.isprintable(), repr(line[:500])
                assert len(line) <= MAX_REASON, line[:500]
            return error


@contextmanager
def bounded(max_memory: int = MAX_MEMORY) -> Iterator[None]:
    """Fail if the block takes more time or allocates more memory than one input may."""
    started = time.thread_time()
    tracemalloc.start()
    try:
        yield
        memory = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert memory <= max_memory, f"{memory / MB:.0f} MB"
    assert time.thread_time() - started <= MAX_SECONDS


def at(value: Any, path: str) -> Any:
    """Return the value at a path of attributes, keys and indexes. An empty path is the value itself."""
    for part in filter(None, path.split(".")):
        if part.isdecimal():
            value = value[int(part)]
        else:
            value = value[part] if isinstance(value, dict) else getattr(value, part)
    return value
