"""Fetch the photos of one version of a case. Photos that did not change are not stored again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lambdas.common.outside_text import reason_line
from lambdas.common.photos import prepare_photo
from lambdas.downloads.errors import GoneError, UnavailableError
from lambdas.downloads.outages import is_outage
from lambdas.ingest.failures import reason_of

if TYPE_CHECKING:
    from lambdas.cases.case import Case, SourcePhoto
    from lambdas.common.dynamodb import Item
    from lambdas.ingest.gallery.bucket_and_table import Gallery
    from lambdas.ingest.sources.protocol import Source


class IncompleteCaseError(RuntimeError):
    """Some photos failed for now. To fetch the case again fetches only those photos."""


@dataclass
class PhotoFetcher:
    """The photos of one version of a case. `seen` maps the hash of each picture to its first photo id."""

    source: Source
    gallery: Gallery
    case: Case
    version: str
    seen: dict[str, str] = field(default_factory=dict)

    def fetch_all(self) -> None:
        """Fetch every listed photo, and delete the stored photos that the case no longer lists.

        Raises:
            IncompleteCaseError: the source failed for some photos.
        """
        records = dict(self.gallery.photo_records(self.case.case_id))
        failed = []
        for photo in self.case.photos:
            try:
                self._fetch(photo, records.get(photo.photo_id, {}))
            except UnavailableError as error:
                failed.append(f"photo {photo.photo_id}: {error}")
        for photo_id in records.keys() - {photo.photo_id for photo in self.case.photos}:
            self.gallery.delete_photo_object(self.case.case_id, photo_id)
        if failed:
            raise IncompleteCaseError(f"{self.case.case_id}: {'; '.join(failed)}")

    def _fetch(self, listed: SourcePhoto, record: Item) -> None:
        if record.get("version") == self.version:
            # An interrupted run has already fetched the photo for this version of the case.
            self.seen.setdefault(record.get("sha256", ""), listed.photo_id)
            return
        try:
            photo = prepare_photo(self.source.fetch_photo(listed))
        except GoneError as error:
            self._discard(listed, face_status="unusable", reason=str(error))
            return
        except Exception as error:
            if is_outage(error):
                raise
            self._refuse(listed, record, reason=reason_of(error))
            return
        first = self.seen.setdefault(photo.source_sha256, listed.photo_id)
        if first != listed.photo_id:
            self._discard(listed, face_status="duplicate", reason=f"the same picture as {first}")
            return
        if record.get("sha256") != photo.source_sha256 or record.get("kind") != listed.kind:
            self.gallery.put_photo(self.case.case_id, listed, photo)
        self._finish(listed, sha256=photo.source_sha256)

    def _refuse(self, listed: SourcePhoto, record: Item, *, reason: str) -> None:
        """Record the reason. An unusable download does not replace a stored picture."""
        if record.get("sha256"):
            self._finish(listed, refused=reason_line(reason))
        else:
            self._discard(listed, face_status="unusable", reason=reason)

    def _discard(self, listed: SourcePhoto, *, face_status: str, reason: str) -> None:
        self._finish(listed, face_status=face_status, reason=reason_line(reason), sha256=None)
        self.gallery.delete_photo_object(self.case.case_id, listed.photo_id)

    def _finish(self, listed: SourcePhoto, **changes: Any) -> None:
        self.gallery.record_photo(self.case.case_id, listed, {"refused": None, "version": self.version} | changes)
