"""The record of a photo with several faces: where they are, and which one is the missing person's, if that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lambdas.common.dynamodb import Item

SAME_FACE = "SAME_FACE_AS_OTHER_PHOTOS"
CHOSEN = "CHOSEN_BY_A_PERSON"
NOT_SHOWN = "NOT_SHOWN"
"""A person said that none of the faces is the missing person's."""


class SeveralFaces(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The attribute `several` of a photo's record, valid for the picture with this `etag`.

    `boxes` are left, top, width and height in fractions of the photo, from left to right; people know a face by its
    number there, from 1. `chosen` is the number of the missing person's face, 0 if it is none of them; `by` is who
    chose it, or None if its likeness to the case's other photos did. `compared` are the faces of other photos that
    these have been compared with.
    """

    etag: str
    boxes: tuple[tuple[float, float, float, float], ...]
    chosen: int | None = None
    by: str | None = None
    at: str | None = None
    compared: tuple[str, ...] = ()

    @property
    def reason(self) -> str | None:
        """The reason that the photo's record gives once a face is chosen."""
        if self.chosen is None:
            return None
        if self.chosen == 0:
            return NOT_SHOWN
        return CHOSEN if self.by else SAME_FACE


def several_of(photo: Mapping[str, Any], etag: str) -> SeveralFaces | None:
    """Read the attribute from a photo's record; None if it has none for this version of the picture."""
    stored = photo.get("several")
    found = msgspec.convert(stored, SeveralFaces) if stored else None
    return found if found and found.etag == etag else None


def reference_faces(photos: Iterable[tuple[str, Item]]) -> dict[str, str]:
    """Return the ids of the faces that are beyond doubt the missing person's, by photo id.

    These are the only faces of portraits, and faces that a person chose.
    """
    return {
        photo_id: record["face_id"]
        for photo_id, record in photos
        if record.get("face_id") and record.get("kind") == "portrait" and record.get("reason") in {None, CHOSEN}
    }
