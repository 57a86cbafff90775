"""What a source must be able to do: list its cases, fetch one document, read it, fetch one photo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from lambdas.common.keys import case_id
from lambdas.downloads.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.cases.case import Case, SourcePhoto


class CaseReference(msgspec.Struct, frozen=True, kw_only=True):
    """A case as a listing names it. `modified` is whatever changes when the case does, or None."""

    source: str
    source_id: str
    modified: str | None = None

    @property
    def case_id(self) -> str:
        """`namus:MP900101`."""
        return case_id(self.source, self.source_id)


class UnreadableListingError(SourceError):
    """The listing breaks off or makes no sense, so nothing may be concluded from what it does not list."""


class DocumentError(ValueError):
    """This document can never be used; it goes to quarantine with this reason."""


class Source(Protocol):
    """One source of cases. All but `read` may talk to the network and raise SourceError."""

    name: str
    volatile: frozenset[str]
    """Members of a document that change without the case changing, such as an age as of today."""

    def list_cases(self) -> Iterator[CaseReference]:
        """Every open case, once; a generator, so that a large source is never in memory as a whole."""

    def fetch_document(self, source_id: str) -> bytes:
        """The raw document, JSON.

        Raises:
            GoneError: the source answers that it has no such case.
        """

    def read(self, source_id: str, document: bytes) -> Case:
        """The document as a typed case. Pure: the same bytes give the same case.

        Raises:
            DocumentError: nothing usable is in it.
        """

    def fetch_photo(self, photo: SourcePhoto) -> bytes:
        """The bytes that the photo's link gives, whatever they are.

        Raises:
            GoneError: the source answers that it has no such photo.
        """
