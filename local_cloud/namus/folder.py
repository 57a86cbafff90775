"""Cases from a folder of NamUs documents and pictures. Changed files are reloaded."""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from local_cloud.namus.json_access import at, entries, is_deeper_than
from local_cloud.namus.population import Entry, is_published, state_of

_MAX_DEPTH = 100
"""Levels of nesting; real documents have about 7. Deeper documents would exhaust Python's stack, so they stay bytes."""


@dataclass(frozen=True, slots=True)
class _File:
    version: tuple[int, int, int]  # modification time, size, inode
    entry: Entry | None
    document: Any


@dataclass
class Folder:
    """The documents `*.json` of one folder, and its pictures `images/{identityId}.*`.

    A missing folder counts as empty. The number of a case is the document's `id`, else the digits of its `idFormatted`,
    else the digits at the end of the file's name.
    """

    path: Path
    _files: dict[str, _File] = field(default_factory=dict)
    _cases: dict[int, _File] = field(default_factory=dict)

    def refresh(self) -> None:
        """Load new and changed files, and drop deleted ones."""
        before, self._files = self._files, {}
        for path in sorted(self.path.glob("*.json")):
            with suppress(FileNotFoundError):  # deleted in the meantime
                version = _version(path)
                loaded = before.get(path.name)
                self._files[path.name] = loaded if loaded and loaded.version == version else _read(path, version)
        self._cases = {file.entry.number: file for file in self._files.values() if file.entry}

    def entries(self) -> list[Entry]:
        """List the published cases by number."""
        return [entry for _, file in sorted(self._cases.items()) if (entry := file.entry)]

    def document(self, number: int) -> Any:
        """Read a case's document: decoded, as bytes if it cannot be decoded, or None if there is no such case."""
        return self._cases[number].document if number in self._cases else None

    def picture(self, identity: int) -> bytes | None:
        """Read `images/{identity}` with any suffix."""
        found = next((self.path / "images").glob(f"{identity}.*"), None)
        return found.read_bytes() if found else None


def _version(path: Path) -> tuple[int, int, int]:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _read(path: Path, version: tuple[int, int, int]) -> _File:
    content = path.read_bytes()
    document = _object(content)
    number = _number(document, path.stem)
    if number is None or not is_published(document):
        return _File(version, None, document)
    more = [state for state in entries(document, "_stand_in", "alsoListedIn") if isinstance(state, str)]
    states = dict.fromkeys([state for state in (state_of(document), *more) if state])
    entry = Entry(number, tuple(states), at(document, "caseIsResolved") is not True)
    return _File(version, entry, content if is_deeper_than(document, _MAX_DEPTH) else document)


def _object(content: bytes) -> Any:
    """Decode a JSON object. Other content stays bytes: clients must handle it too."""
    try:
        decoded = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return content
    return decoded if isinstance(decoded, dict) else content


def _number(document: Any, name: str) -> int | None:
    stated = at(document, "id")
    if isinstance(stated, int) and not isinstance(stated, bool):
        return stated
    for text in (at(document, "idFormatted"), name):
        digits = re.search(r"(\d+)\Z", text) if isinstance(text, str) else None
        if digits:
            return int(digits[1])
    return None
