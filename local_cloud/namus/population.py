"""The interface of a set of cases, and the combination of several sets."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from local_cloud.namus.json_access import at, scalar


@dataclass(frozen=True, slots=True)
class Entry:
    """What Search needs of a case before it reads the document."""

    number: int
    states: tuple[str, ...]
    is_open: bool = True


class Population(Protocol):
    """A set of cases."""

    def refresh(self) -> None:
        """Load changes. Called once per request, before other methods."""

    def entries(self) -> Iterable[Entry]:
        """List all cases by number."""

    def document(self, number: int) -> Any:
        """Read a case's document: decoded; as bytes if it is not a JSON object or nested too deep; None if unknown."""

    def picture(self, identity: int) -> bytes | None:
        """Read the picture with this `identityId`."""


@dataclass(frozen=True)
class Combined:
    """Several populations as one. The first population that has a number wins."""

    parts: tuple[Population, ...]

    def refresh(self) -> None:
        """Load the changes of each population."""
        for part in self.parts:
            part.refresh()

    def entries(self) -> Iterable[Entry]:
        """List all cases by number."""
        found: dict[int, Entry] = {}
        for part in reversed(self.parts):
            found |= {entry.number: entry for entry in part.entries()}
        return [found[number] for number in sorted(found)]

    def document(self, number: int) -> Any:
        """Read the document from the first population that has the case."""
        found = (part.document(number) for part in self.parts)
        return next((document for document in found if document is not None), None)

    def picture(self, identity: int) -> bytes | None:
        """Read the picture from the first population that has it."""
        found = (part.picture(identity) for part in self.parts)
        return next((picture for picture in found if picture is not None), None)


def state_of(document: Any) -> str | None:
    """Read the state in which the person was last seen. Shape A has it as text, shape B in an address."""
    state = at(document, "sighting", "address", "state", "name") or at(document, "sighting", "state")
    return state if isinstance(state, str) else None


def is_published(document: Any) -> bool:
    """Tell whether the case is public."""
    name = scalar(at(document, "publicationStatus", "name"))
    return name is None or name == "Published"
