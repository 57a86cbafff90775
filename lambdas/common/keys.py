"""Build and read the keys of the detection and gallery buckets, and the ids that keys are made of.

Functions, stacks, the command line and the local cloud all take keys and prefixes from here.
"""

import re
from datetime import datetime

from lambdas.common.camera_names import is_camera_name

# Prefixes of the detection bucket.
CAPTURES = "captures/"
# Below a camera's folder: captures that our own functions stored.
STORED = ".stored/"
EVIDENCE = "encounters/"
CONFIRMED = "confirmed/"
# Prefixes of the gallery bucket.
PHOTOS = "photos/"
DOCUMENTS = "documents/"
SYNCS = "syncs/"
# Both buckets have one for objects that could not be read, with the reason in their metadata.
QUARANTINE = "quarantine/"

# Rekognition allows [a-zA-Z0-9_.\-:]{1,255} in an ExternalImageId, which both ids of a photo go into.
# Not only dots: "." and ".." are folders to the tools that copy a bucket to a disk.
_ID_PART = re.compile(r"(?!\.+\Z)[a-zA-Z0-9_.\-]{1,100}")
_CAPTURE_ID = re.compile(r"[a-zA-Z0-9:_.\-]{1,128}")


def case_id(source: str, source_id: str) -> str:
    """Join `namus` and `MP900101` to `namus:MP900101`.

    Raises:
        ValueError: a part has a character that Rekognition's ExternalImageId does not allow.
    """
    return f"{_checked(source)}:{_checked(source_id)}"


def photos_prefix(source: str) -> str:
    """Build the prefix of a source's photos: `photos/namus/`."""
    return f"{PHOTOS}{source}/"


def photo_key(case: str, photo_id: str) -> str:
    """Build the gallery key of a photo: `photos/namus/MP900101/910101.jpg`."""
    source, source_id = case.split(":", 1)
    return f"{photos_prefix(source)}{source_id}/{_checked(photo_id)}.jpg"


def photo_of_key(key: str) -> tuple[str, str]:
    """Read case id and photo id from a gallery key.

    Raises:
        ValueError: the key is not one that `photo_key` makes.
    """
    match = re.fullmatch(rf"{PHOTOS}([^/]+)/([^/]+)/([^/]+)\.jpg", key)
    if match is None:
        raise ValueError(f"{key!r} is not a photo's key: {PHOTOS}SOURCE/SOURCE_ID/PHOTO_ID.jpg")
    source, source_id, photo_id = match.groups()
    return case_id(source, source_id), _checked(photo_id)


def document_key(case: str) -> str:
    """Build the gallery key of a case's raw document."""
    source, source_id = case.split(":", 1)
    return f"{DOCUMENTS}{source}/{source_id}.json"


def bad_document_key(case: str) -> str:
    """Build the gallery key of a document that could not be read."""
    source, source_id = case.split(":", 1)
    return f"{QUARANTINE}{source}/{source_id}.json"


def plan_key(source: str) -> str:
    """Build the gallery key of a sync's plan, the list of cases to fetch."""
    return f"{SYNCS}{source}/plan.json"


def external_image_id(case: str, photo_id: str) -> str:
    """Build the id that a face in the collection carries: `namus:MP900101:910101`."""
    return f"{case}:{_checked(photo_id)}"


def photo_of_external_image_id(external_image_id: str) -> tuple[str, str]:
    """Read case id and photo id from the id of a face in the collection."""
    case, photo_id = external_image_id.rsplit(":", 1)
    return case, photo_id


def captures_prefix(camera: str) -> str:
    """Build the prefix of a camera's captures: `captures/cam-01/`."""
    return f"{CAPTURES}{camera}/"


def capture_key(camera: str, captured_at: datetime, capture_id: str) -> str:
    """Build the detection key of a capture until it is searched: `captures/cam-01/2026-11-23/UUID.jpg`."""
    return f"{captures_prefix(camera)}{captured_at:%Y-%m-%d}/{capture_id}.jpg"


def stored_capture_key(camera: str, captured_at: datetime, capture_id: str, *, sha256: str) -> str:
    """Build the key of a capture that our own functions store: `captures/cam-01/.stored/2026-11-23/DIGEST/UUID.jpg`.

    The digest keeps two pictures with one id apart.
    """
    return f"{captures_prefix(camera)}{STORED}{captured_at:%Y-%m-%d}/{sha256[:16]}/{capture_id}.jpg"


def is_stored_by_us(key: str) -> bool:
    """Tell whether our own functions stored a capture: the bucket's policy denies these keys to anybody else."""
    return key.startswith(f"{captures_prefix(camera_of_key(key))}{STORED}")


def camera_of_key(key: str) -> str:
    """Read the camera from a capture's key, which may have any form below the camera's folder.

    Raises:
        ValueError: the key is not below `captures/CAMERA/`.
    """
    prefix, _, rest = key.partition("/")
    camera, separator, _ = rest.partition("/")
    if f"{prefix}/" != CAPTURES or not separator or not is_camera_name(camera):
        raise ValueError(f"{key!r} is not a capture's key: {CAPTURES}CAMERA/...")
    return camera


def checked_capture_id(capture_id: str) -> str:
    """Return the id if it may become part of a key.

    Raises:
        ValueError: it may not.
    """
    if not _CAPTURE_ID.fullmatch(capture_id):
        raise ValueError(f"capture-id {capture_id[:200]!r} is not allowed: letters, digits, ':_.-', at most 128")
    return capture_id


def bad_capture_key(key: str) -> str:
    """Build the detection key to which an unreadable capture moves."""
    return f"{QUARANTINE}{key}"


def evidence_prefix(encounter_id: str) -> str:
    """Build the prefix of an encounter's pictures that await a verdict: `encounters/ID/`."""
    return f"{EVIDENCE}{encounter_id}/"


def evidence_key(encounter_id: str, capture_id: str) -> str:
    """Build the detection key of a picture that awaits a verdict: `encounters/ID/UUID.jpg`."""
    return f"{evidence_prefix(encounter_id)}{capture_id}.jpg"


def confirmed_prefix(encounter_id: str) -> str:
    """Build the prefix of a confirmed encounter's pictures."""
    return f"{CONFIRMED}{encounter_id}/"


def confirmed_key(encounter_id: str, capture_id: str) -> str:
    """Build the detection key of a confirmed encounter's picture, which no lifecycle rule deletes."""
    return f"{confirmed_prefix(encounter_id)}{capture_id}.jpg"


def picture_of_key(key: str) -> tuple[str, str]:
    """Read encounter id and capture id from a key that `evidence_key` or `confirmed_key` made.

    Raises:
        ValueError: the key has another form.
    """
    match = re.fullmatch(rf"(?:{EVIDENCE}|{CONFIRMED})([^/]+)/(.+)\.jpg", key)
    if match is None:
        raise ValueError(f"{key!r} is not the key of an encounter's picture")
    return match[1], match[2]


def _checked(part: str) -> str:
    if not _ID_PART.fullmatch(part):
        raise ValueError(f"{part!r} cannot be part of an id: letters, digits, '_', '.', '-', at most 100")
    return part
