"""A folder of NamUs documents and pictures, read again whenever a file changes."""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from local_cloud.namus.population import Entry, is_published, state_of
from local_cloud.namus.reading import at, entries, is_nested_deeper

_DEEPEST = 100
"""Levels; real documents have about 7. Python's stack ends at some hundred, so what is deeper is served unread."""


@dataclass(frozen=True, slots=True)
class _File:
    version: tuple[int, int, int]  # time of change, size, inode
    entry: Entry | None
    document: Any


@dataclass
class Folder:
    """The documents `*.json` of one folder, and its pictures `images/{identityId}.*`.

    A folder that does not exist yet is an empty one. The number of a case is the document's `id`, or the digits of its
    `idFormatted`, or, where it has neither or is no JSON, those at the end of the file's name.
    """

    path: Path
    _files: dict[str, _File] = field(default_factory=dict)
    _cases: dict[int, _File] = field(default_factory=dict)

    def refresh(self) -> None:
        """Read the files that are new or changed since the last time, and forget those that are gone."""
        before, self._files = self._files, {}
        for path in sorted(self.path.glob("*.json")):
            with suppress(FileNotFoundError):  # taken away in this moment
                version = _version(path)
                known = before.get(path.name)
                self._files[path.name] = known if known and known.version == version else _read(path, version)
        self._cases = {file.entry.number: file for file in self._files.values() if file.entry}

    def entries(self) -> list[Entry]:
        """The cases that are published, by number."""
        return [entry for _, file in sorted(self._cases.items()) if (entry := file.entry)]

    def document(self, number: int) -> Any:
        """The case's document, decoded; its bytes if they cannot be; None if there is no such case."""
        return self._cases[number].document if number in self._cases else None

    def picture(self, identity: int) -> bytes | None:
        """The bytes of `images/{identity}` with any suffix."""
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
    further = [state for state in entries(document, "_stand_in", "alsoListedIn") if isinstance(state, str)]
    states = dict.fromkeys([state for state in (state_of(document), *further) if state])
    entry = Entry(number, tuple(states), at(document, "caseIsResolved") is not True)
    return _File(version, entry, content if is_nested_deeper(document, _DEEPEST) else document)


def _object(content: bytes) -> Any:
    """The JSON object, or the bytes of what is none: a client must cope with those as well."""
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
        digits = re.search(r"(\d+)$", text) if isinstance(text, str) else None
        if digits:
            return int(digits[1])
    return None
