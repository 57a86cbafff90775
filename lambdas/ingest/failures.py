"""Say why a document or a picture cannot be used."""

from __future__ import annotations

import logging

from lambdas.common.photos import UnusablePhotoError
from lambdas.downloads.errors import SourceError
from lambdas.ingest.sources.protocol import DocumentError

_EXPECTED = (DocumentError, UnusablePhotoError, SourceError)

logger = logging.getLogger(__name__)


def reason_of(error: Exception) -> str:
    """Return the reason to record for a document or a picture. An error that no parser documents is logged as well."""
    if isinstance(error, _EXPECTED):
        return str(error)
    logger.warning("A document or a picture raised an error that no parser documents", exc_info=error)
    return f"unreadable: {type(error).__name__}: {error}"
