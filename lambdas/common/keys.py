"""The keys of the two buckets and the ids that are made from them. Every key is built and read here, nowhere else."""

import re
from datetime import datetime

# Rekognition allows [a-zA-Z0-9_.\-:]{1,255} in an ExternalImageId, and both ids go into one.
_ID_PART = re.compile(r"[a-zA-Z0-9_.\-]{1,100}")


def case_id(source: str, source_id: str) -> str:
    """`namus` and `MP900101` give `namus:MP900101`.

    Raises:
        ValueError: a part has a character that Rekognition's ExternalImageId does not allow.
    """
    return f"{_checked(source)}:{_checked(source_id)}"


def photo_key(case: str, photo_id: str) -> str:
    """Where the gallery bucket keeps a photo: `photos/namus/MP900101/910101.jpg`."""
    source, source_id = case.split(":", 1)
    return f"photos/{source}/{source_id}/{_checked(photo_id)}.jpg"


def photo_of_key(key: str) -> tuple[str, str]:
    """Case id and photo id of a gallery key.

    Raises:
        ValueError: the key is not one that `photo_key` makes.
    """
    match = re.fullmatch(r"photos/([^/]+)/([^/]+)/([^/]+)\.jpg", key)
    if match is None:
        raise ValueError(f"{key!r} is not a photo's key: photos/SOURCE/SOURCE_ID/PHOTO_ID.jpg")
    source, source_id, photo_id = match.groups()
    return case_id(source, source_id), _checked(photo_id)


def document_key(case: str) -> str:
    """Where the gallery bucket keeps a case's raw document."""
    source, source_id = case.split(":", 1)
    return f"documents/{source}/{source_id}.json"


def quarantine_key(case: str) -> str:
    """Where the gallery bucket keeps a document that could not be read, with the reason in its metadata."""
    source, source_id = case.split(":", 1)
    return f"quarantine/{source}/{source_id}.json"


def external_image_id(case: str, photo_id: str) -> str:
    """What a face in the collection carries: `namus:MP900101:910101`."""
    return f"{case}:{_checked(photo_id)}"


def photo_of_external_image_id(external_image_id: str) -> tuple[str, str]:
    """Case id and photo id of a face in the collection."""
    case, photo_id = external_image_id.rsplit(":", 1)
    return case, photo_id


def capture_key(camera: str, captured_at: datetime, capture_id: str) -> str:
    """Where the detection bucket keeps a capture until it is searched: `captures/cam-01/2026-11-23/UUID.jpg`."""
    return f"captures/{camera}/{captured_at:%Y-%m-%d}/{capture_id}.jpg"


def evidence_key(encounter_id: str, capture_id: str) -> str:
    """Where the detection bucket keeps a capture that had a candidate: `encounters/ID/UUID.jpg`."""
    return f"encounters/{encounter_id}/{capture_id}.jpg"


def confirmed_key(encounter_id: str, capture_id: str) -> str:
    """Where the detection bucket keeps a picture of a confirmed encounter, which no rule of the bucket deletes."""
    return f"confirmed/{encounter_id}/{capture_id}.jpg"


def picture_of_key(key: str) -> tuple[str, str]:
    """Encounter id and capture id of a key that `evidence_key` or `confirmed_key` made.

    Raises:
        ValueError: the key is of neither.
    """
    match = re.fullmatch(r"(?:encounters|confirmed)/([^/]+)/(.+)\.jpg", key)
    if match is None:
        raise ValueError(f"{key!r} is no picture of an encounter")
    return match[1], match[2]


def reply_code(encounter_id: str) -> str:
    """What somebody types on a telephone to name an encounter: its first six characters."""
    return encounter_id[:6].upper()


def _checked(part: str) -> str:
    if not _ID_PART.fullmatch(part):
        raise ValueError(f"{part!r} cannot be part of an id: letters, digits, '_', '.', '-', at most 100")
    return part
