"""Find the face of a photo with several that is the same as in the case's other photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.ingest.gallery.cut_out import cut_out

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from lambdas.ingest.gallery.cut_out import Box
    from lambdas.ingest.gallery.rekognition import FaceCollection

# The face must be at least this similar, and every other face of the photo less than the second. Siblings often reach
# the second, and hardly ever the first (docs/decisions/0043-several-faces.md).
_SAME, _UNLIKE = 99.0, 80.0
_MAX_FACES = 20  # each costs a search; a larger group waits for a person


def number_of_same_face(
    collection: FaceCollection, photo: bytes, boxes: Sequence[Box], references: Collection[str]
) -> int | None:
    """Return the number, from 1, of the only face that resembles one of the reference faces; None if none is clear."""
    if len(boxes) > _MAX_FACES:
        return None
    alike = []
    for number in range(len(boxes)):
        found = collection.search(cut_out(photo, boxes, number), threshold=_UNLIKE)
        best = max((similarity for face_id, similarity in found.items() if face_id in references), default=0.0)
        alike += [(number + 1, best)] if best else []
    if len(alike) != 1:
        return None
    [(number, best)] = alike
    return number if best >= _SAME else None
