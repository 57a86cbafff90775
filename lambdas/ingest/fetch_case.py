"""Fetch one case: its document and its photos. What did not change is neither fetched nor written again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.cases.case import CaseStatus
from lambdas.downloads.errors import GoneError
from lambdas.downloads.outages import is_outage
from lambdas.ingest.failures import reason_of
from lambdas.ingest.fetch_photos import IncompleteCaseError, PhotoFetcher
from lambdas.ingest.sources.protocol import DocumentError

if TYPE_CHECKING:
    from lambdas.cases.case import Case
    from lambdas.ingest.gallery.bucket_and_table import Gallery
    from lambdas.ingest.sources.protocol import CaseReference, Source

_MAX_CASE_BYTES = 300_000  # as JSON; a DynamoDB item holds 400 kB


class CaseOutcome(StrEnum):
    """The outcome of fetching a case; each value is a metric."""

    STORED = "CasesStored"
    UNCHANGED = "CasesUnchanged"
    QUARANTINED = "CasesQuarantined"
    RESOLVED = "CasesResolved"
    GONE = "CasesGone"

    @property
    def closing_status(self) -> CaseStatus | None:
        """The status to close the case with, or None if it stays open."""
        return {CaseOutcome.RESOLVED: CaseStatus.RESOLVED, CaseOutcome.GONE: CaseStatus.REMOVED}.get(self)


@dataclass(frozen=True, kw_only=True)
class CaseFetcher:
    """Fetches cases from a source into the gallery."""

    source: Source
    gallery: Gallery

    def fetch(self, reference: CaseReference) -> CaseOutcome:
        """Store the current version of a case in the gallery.

        For RESOLVED and GONE the caller must withdraw the case.

        Raises:
            UnavailableError: the source does not answer, or its robots.txt disallows the document.
            IncompleteCaseError: the source failed for some photos.
            Exception: another outage, as `is_outage` tells it.
        """
        document = b""
        try:
            document = self.source.fetch_document(reference.source_id)
            return self._read_and_store(reference, document)
        except GoneError:
            return CaseOutcome.GONE
        except IncompleteCaseError:
            raise
        except Exception as error:
            # One case never ends a sync, but an outage is not the fault of a case.
            if is_outage(error):
                raise
            return self._quarantine(reference, document, reason=reason_of(error))

    def _read_and_store(self, reference: CaseReference, document: bytes) -> CaseOutcome:
        case = self.source.read(reference.source_id, document)
        _check_size(case)
        version = content_sha256(case, document, volatile=self.source.volatile)
        if case.status is CaseStatus.RESOLVED:
            return CaseOutcome.RESOLVED
        return self._store(case, document, reference, version)

    def _quarantine(self, reference: CaseReference, document: bytes, *, reason: str) -> CaseOutcome:
        self.gallery.quarantine(reference.case_id, document, reason=reason, source_modified=reference.modified)
        return CaseOutcome.QUARANTINED

    def _store(self, case: Case, document: bytes, reference: CaseReference, version: str) -> CaseOutcome:
        modified = reference.modified or case.source_modified
        record = self.gallery.case_record(case.case_id) or {}
        if record.get("status") == CaseStatus.OPEN and record.get("content_sha256") == version:
            if record.get("source_modified") != modified or reference.modified is None:
                self.gallery.finish_case(case.case_id, content_sha256=version, source_modified=modified)
            return CaseOutcome.UNCHANGED
        self.gallery.open_case(case, document)
        PhotoFetcher(self.source, self.gallery, case, version).fetch_all()
        self.gallery.finish_case(case.case_id, content_sha256=version, source_modified=modified)
        return CaseOutcome.STORED


def content_sha256(case: Case, document: bytes, *, volatile: frozenset[str]) -> str:
    """Hash the content of a document and the case parsed from it.

    The hash ignores the order of members and the `volatile` members, such as the current age. It covers the parsed
    case, so that a better parser updates stored cases.
    """
    stable = _without(msgspec.json.decode(document), volatile)
    canonical = msgspec.json.encode([stable, case], order="sorted")
    return hashlib.sha256(canonical).hexdigest()


def _without(value: Any, volatile: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {name: _without(member, volatile) for name, member in value.items() if name not in volatile}
    if isinstance(value, list):
        return [_without(member, volatile) for member in value]
    return value


def _check_size(case: Case) -> None:
    size = len(msgspec.json.encode(case))
    if size > _MAX_CASE_BYTES:
        raise DocumentError(f"the case is too large: {size:,} bytes, at most {_MAX_CASE_BYTES:,}")
