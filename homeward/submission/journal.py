"""Record what this machine has submitted, so that a repeated run resumes and sends nothing twice.

The cloud cannot tell: it deletes the capture of a person who is not missing, and keeps no trace of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Journal:
    """A text file with one id a line: of captures, and of files that were submitted completely."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ids = set(path.read_text().split()) if path.exists() else set()

    def __contains__(self, submitted_id: str) -> bool:
        return submitted_id in self._ids

    def add(self, submitted_id: str) -> None:
        """Append an id to the file at once: the program may be killed at any time."""
        self._ids.add(submitted_id)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write(f"{submitted_id}\n")
