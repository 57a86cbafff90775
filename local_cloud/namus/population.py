"""The cases that the stand-in has, wherever they come from."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from local_cloud.namus.reading import at, scalar


@dataclass(frozen=True, slots=True)
class Entry:
    """What Search needs to know of a case before it reads its document."""

    number: int
    states: tuple[str, ...]
    is_open: bool = True


class Population(Protocol):
    """A set of cases."""

    def refresh(self) -> None:
        """See what changed since the last time; called once a request, before anything is read."""

    def entries(self) -> Iterable[Entry]:
        """Every case, by number."""

    def document(self, number: int) -> Any:
        """The case's document, decoded; its bytes if they are no JSON object, or nested too deep; None if unknown."""

    def picture(self, identity: int) -> bytes | None:
        """The bytes of the picture with this `identityId`."""


@dataclass(frozen=True)
class Together:
    """Several populations as one; the first that has a number wins."""

    parts: tuple[Population, ...]

    def refresh(self) -> None:
        """See what changed in each part."""
        for part in self.parts:
            part.refresh()

    def entries(self) -> Iterable[Entry]:
        """Every case, by number."""
        found: dict[int, Entry] = {}
        for part in reversed(self.parts):
            found |= {entry.number: entry for entry in part.entries()}
        return [found[number] for number in sorted(found)]

    def document(self, number: int) -> Any:
        """The document in the first population that has the case."""
        found = (part.document(number) for part in self.parts)
        return next((document for document in found if document is not None), None)

    def picture(self, identity: int) -> bytes | None:
        """The picture in the first population that has it."""
        found = (part.picture(identity) for part in self.parts)
        return next((picture for picture in found if picture is not None), None)


def state_of(document: Any) -> str | None:
    """The state in which the person was last seen; shape A has it as text, shape B in an address."""
    state = at(document, "sighting", "address", "state", "name") or at(document, "sighting", "state")
    return state if isinstance(state, str) else None


def is_published(document: Any) -> bool:
    """Whether the public sees the case."""
    name = scalar(at(document, "publicationStatus", "name"))
    return name is None or name == "Published"
