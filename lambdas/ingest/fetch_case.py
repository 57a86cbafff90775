"""Fetch one case: its document, the typed case, its photos. What is unchanged is neither fetched nor written again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.cases.case import CaseStatus
from lambdas.common.photos import UnusablePhotoError, prepare_photo
from lambdas.downloads.errors import GoneError, RefusedError, TooLargeError, UnavailableError
from lambdas.ingest.sources.protocol import DocumentError

if TYPE_CHECKING:
    from lambdas.cases.case import Case, SourcePhoto
    from lambdas.common.dynamodb import Item
    from lambdas.ingest.gallery.bucket_and_table import Gallery
    from lambdas.ingest.sources.protocol import CaseReference, Source

_LARGEST_CASE = 300_000  # bytes of JSON; an item of the table holds 400 kB


class CaseOutcome(StrEnum):
    """How the fetching of one case ended; each is counted."""

    STORED = "CasesStored"
    UNCHANGED = "CasesUnchanged"
    QUARANTINED = "CasesQuarantined"
    RESOLVED = "CasesResolved"
    GONE = "CasesGone"

    @property
    def withdrawn_as(self) -> CaseStatus | None:
        """The status that a case of this outcome must be closed with, or None where it stays open."""
        return {CaseOutcome.RESOLVED: CaseStatus.RESOLVED, CaseOutcome.GONE: CaseStatus.REMOVED}.get(self)


class IncompleteCaseError(RuntimeError):
    """Some photos could not be fetched for now; fetching the case again fetches only those."""


@dataclass(frozen=True, kw_only=True)
class CaseFetcher:
    """A source and the gallery that its cases go to."""

    source: Source
    gallery: Gallery

    def fetch(self, reference: CaseReference) -> CaseOutcome:
        """Bring one case into the gallery, as it is at the source now.

        RESOLVED and GONE are only reported: the caller withdraws the case.

        Raises:
            UnavailableError: the source does not answer.
            DisallowedError: its robots.txt forbids it.
            IncompleteCaseError: a photo could not be fetched for now.
        """
        try:
            document = self.source.fetch_document(reference.source_id)
        except GoneError:
            return CaseOutcome.GONE
        except (RefusedError, TooLargeError) as error:
            return self._quarantine(reference, b"", reason=str(error))
        try:
            case = _checked(self.source.read(reference.source_id, document))
        except DocumentError as error:
            return self._quarantine(reference, document, reason=str(error))
        if case.status is CaseStatus.RESOLVED:
            return CaseOutcome.RESOLVED
        return self._store(case, document, reference)

    def _quarantine(self, reference: CaseReference, document: bytes, *, reason: str) -> CaseOutcome:
        self.gallery.quarantine(reference.case_id, document, reason=reason, source_modified=reference.modified)
        return CaseOutcome.QUARANTINED

    def _store(self, case: Case, document: bytes, reference: CaseReference) -> CaseOutcome:
        version = content_sha256(case, document, volatile=self.source.volatile)
        modified = reference.modified or case.source_modified
        known = self.gallery.case_record(case.case_id) or {}
        if known.get("status") == CaseStatus.OPEN and known.get("content_sha256") == version:
            if known.get("source_modified") != modified or reference.modified is None:
                self.gallery.finish_case(case.case_id, content_sha256=version, source_modified=modified)
            return CaseOutcome.UNCHANGED
        self.gallery.open_case(case, document)
        _PhotoFetcher(self.source, self.gallery, case, version).fetch_all()
        self.gallery.finish_case(case.case_id, content_sha256=version, source_modified=modified)
        return CaseOutcome.STORED


@dataclass
class _PhotoFetcher:
    """The photos of one version of one case."""

    source: Source
    gallery: Gallery
    case: Case
    version: str
    seen: dict[str, str] = field(default_factory=dict)

    def fetch_all(self) -> None:
        known = dict(self.gallery.photo_records(self.case.case_id))
        postponed = []
        for photo in self.case.photos:
            try:
                self._fetch(photo, known.get(photo.photo_id, {}))
            except UnavailableError as error:
                postponed.append(f"photo {photo.photo_id}: {error}")
        for photo_id in known.keys() - {photo.photo_id for photo in self.case.photos}:
            self.gallery.delete_photo_object(self.case.case_id, photo_id)
        if postponed:
            raise IncompleteCaseError(f"{self.case.case_id}: {'; '.join(postponed)}")

    def _fetch(self, listed: SourcePhoto, known: Item) -> None:
        if known.get("version") == self.version:
            # Fetched for this version of the case by a run that broke off later.
            self.seen.setdefault(known.get("sha256", ""), listed.photo_id)
            return
        try:
            photo = prepare_photo(self.source.fetch_photo(listed))
        except (UnusablePhotoError, RefusedError, TooLargeError) as error:
            self._refuse(listed, known, reason=str(error))
            return
        except GoneError as error:
            self._discard(listed, face_status="unusable", reason=str(error))
            return
        twin = self.seen.setdefault(photo.source_sha256, listed.photo_id)
        if twin != listed.photo_id:
            self._discard(listed, face_status="duplicate", reason=f"the same picture as {twin}")
            return
        if not _is_stored(known, photo.source_sha256, listed):
            self.gallery.put_photo(self.case.case_id, listed, photo)
        self._finish(listed, sha256=photo.source_sha256)

    def _refuse(self, listed: SourcePhoto, known: Item, *, reason: str) -> None:
        """Bytes that are no picture do not replace one that was there before."""
        if known.get("sha256"):
            self._finish(listed, refused=reason[:500])
        else:
            self._discard(listed, face_status="unusable", reason=reason)

    def _discard(self, listed: SourcePhoto, *, face_status: str, reason: str) -> None:
        self._finish(listed, face_status=face_status, reason=reason[:500], sha256=None)
        self.gallery.delete_photo_object(self.case.case_id, listed.photo_id)

    def _finish(self, listed: SourcePhoto, **changes: Any) -> None:
        self.gallery.record_photo(self.case.case_id, listed, {"refused": None, "version": self.version} | changes)


def content_sha256(case: Case, document: bytes, *, volatile: frozenset[str]) -> str:
    """The hash of what a document says and of how it is read now.

    Members named in `volatile`, such as an age as of today, and the order of members change nothing. The typed case is
    part of it, so that a better reader brings stored cases up to date.
    """
    said = _without(msgspec.json.decode(document), volatile)
    canonical = msgspec.json.encode([said, case], order="sorted")
    return hashlib.sha256(canonical).hexdigest()


def _without(value: Any, volatile: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {name: _without(member, volatile) for name, member in value.items() if name not in volatile}
    if isinstance(value, list):
        return [_without(member, volatile) for member in value]
    return value


def _is_stored(known: Item, sha256: str, listed: SourcePhoto) -> bool:
    return known.get("sha256") == sha256 and known.get("kind") == listed.kind


def _checked(case: Case) -> Case:
    size = len(msgspec.json.encode(case))
    if size > _LARGEST_CASE:
        raise DocumentError(f"the case is too large: {size:,} bytes, at most {_LARGEST_CASE:,}")
    return case
