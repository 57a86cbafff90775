"""Links to pictures: they live a minute or two, and open in the session that they were made for only."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

import msgspec

from lambdas.common.base64url import from_base64url, to_base64url
from lambdas.common.keys import photo_key
from lambdas.console.web.errors import NotFoundError

if TYPE_CHECKING:
    from datetime import datetime

    from lambdas.console.person import Person
    from lambdas.encounters.encounter import Sighting

_MINUTE = int(timedelta(minutes=1).total_seconds())
_SIGNATURE_BYTES = 16


class Crop(StrEnum):
    """FACE: upright, with the eyes where those of every other picture are. CLOSE: twice as near. WHOLE: all of it."""

    FACE = "face"
    CLOSE = "close"
    WHOLE = "whole"
    THUMB = "thumb"


class Shown(msgspec.Struct, frozen=True, array_like=True):
    """One picture as a link names it. `about` is what the audit records the look under: an encounter, or a case.

    `box` (left, top, width, height, in fractions) is the face to show; None is the largest.
    """

    bucket: Literal["detection", "gallery"]
    key: str
    crop: Crop
    about: str
    until: int
    box: tuple[float, float, float, float] | None = None


def link_to_sighting(person: Person, sighting: Sighting, crop: Crop, *, about: str, at: datetime) -> str:
    """Return the address of a sighting's picture."""
    return _sealed(person, Shown("detection", sighting.key, crop, about, _until(at)))


def link_to_photo(person: Person, case_id: str, photo_id: str, crop: Crop, *, about: str, at: datetime) -> str:
    """Return the address of a case's photo."""
    return _sealed(person, Shown("gallery", photo_key(case_id, photo_id), crop, about, _until(at)))


def link_to_face(
    person: Person, case_id: str, photo_id: str, box: tuple[float, float, float, float], *, about: str, at: datetime
) -> str:
    """Return the address of one face of a case's photo."""
    return _sealed(person, Shown("gallery", photo_key(case_id, photo_id), Crop.CLOSE, about, _until(at), box))


def opened(person: Person, token: str, *, at: datetime) -> Shown:
    """Return the picture that a link names.

    Raises:
        NotFoundError: the link has expired, is of another session, or is none.
    """
    document, _, signature = token.partition(".")
    try:
        content, signed = from_base64url(document), from_base64url(signature)
        if not hmac.compare_digest(signed, _signature(person, content)):
            raise NotFoundError("This picture is of another session.")
        shown = msgspec.json.decode(content, type=Shown)
    except (ValueError, msgspec.MsgspecError) as error:
        raise NotFoundError("There is no such picture.") from error
    if at.timestamp() > shown.until:
        raise NotFoundError("The link to this picture has expired. Load the page again.")
    return shown


def _until(at: datetime) -> int:
    """Return the end of the next minute, so that the links of a page stay the same while it is asked for again."""
    return (int(at.timestamp()) // _MINUTE + 2) * _MINUTE


def _sealed(person: Person, shown: Shown) -> str:
    content = msgspec.json.encode(shown)
    return f"/pictures/{to_base64url(content)}.{to_base64url(_signature(person, content))}"


def _signature(person: Person, content: bytes) -> bytes:
    return hmac.digest(f"{person.session_key}{person.sub}".encode(), content, hashlib.sha256)[:_SIGNATURE_BYTES]
