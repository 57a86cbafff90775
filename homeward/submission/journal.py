"""Record what this machine has submitted, so that a repeated run resumes and sends nothing twice.

The cloud cannot tell: it deletes the capture of a person who is not missing, and keeps no trace of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Journal:
    """A text file. Each line is the id of a capture, or that of a complete file and of its captures.

    Earlier versions wrote complete files without their captures.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self._captures = {first: tuple(others) for first, *others in map(str.split, lines)}

    def __contains__(self, submitted_id: str) -> bool:
        return submitted_id in self._captures

    def captures_of(self, file_id: str) -> tuple[str, ...]:
        """Return the ids of the captures of a complete file."""
        return self._captures.get(file_id, ())

    def add(self, submitted_id: str, *captures: str) -> None:
        """Append an id, and those of a file's captures, at once: the program may be killed at any time."""
        self._captures[submitted_id] = captures
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write(" ".join((submitted_id, *captures)) + "\n")
