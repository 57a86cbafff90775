"""The interface of a source: list the cases, fetch and read a document, fetch a photo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from lambdas.common.keys import case_id
from lambdas.downloads.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.cases.case import Case, SourcePhoto


class CaseReference(msgspec.Struct, frozen=True, kw_only=True):
    """A case in a source's listing. `modified` is a marker that changes when the case does, or None."""

    source: str
    source_id: str
    modified: str | None = None

    @property
    def case_id(self) -> str:
        """The id of the case, such as `namus:MP900101`."""
        return case_id(self.source, self.source_id)


class UnreadableListingError(SourceError):
    """The listing is incomplete or invalid, so a case that it lacks may still be open."""


class DocumentError(ValueError):
    """The document is unusable. It goes to quarantine with this reason."""


class Source(Protocol):
    """A source of cases. Every method except `read` may use the network and raise SourceError."""

    name: str
    volatile: frozenset[str]
    """Members of a document that change although the case does not, such as the current age."""

    def list_cases(self) -> Iterator[CaseReference]:
        """Yield every open case once. A generator keeps a large listing out of memory."""

    def fetch_document(self, source_id: str) -> bytes:
        """Fetch the raw JSON document of a case.

        Raises:
            GoneError: the source does not have the case.
        """

    def read(self, source_id: str, document: bytes) -> Case:
        """Parse a document. A pure function: the same bytes give the same case.

        Raises:
            DocumentError: the document is unusable.
        """

    def fetch_photo(self, photo: SourcePhoto) -> bytes:
        """Fetch the bytes of a photo, unchecked.

        Raises:
            GoneError: the source does not have the photo.
        """
