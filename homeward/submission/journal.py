"""What was submitted before, on this machine: ids only, so that a repeat sends nothing twice and goes on where it was.

The cloud cannot be asked: it deletes the capture of somebody who is not missing, and keeps no trace of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Journal:
    """A text file with an id a line: of captures, and of files that were submitted as a whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ids = set(path.read_text().split()) if path.exists() else set()

    def __contains__(self, submitted: str) -> bool:
        return submitted in self._ids

    def add(self, submitted: str) -> None:
        """Write it down at once, since what comes next may be killed."""
        self._ids.add(submitted)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write(f"{submitted}\n")
