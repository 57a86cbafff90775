"""Tells what became of the user's own picture: `make demo PHOTO=me.jpg`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambdas.ingest.gallery.held_photos import explain
from lambdas.ingest.gallery.wiring import open_gallery

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment


@dataclass(frozen=True, kw_only=True)
class OwnPhoto:
    """The outcome. `reason` says why the picture has no face in the gallery. `similarity` is that of the best match."""

    case_id: str
    indexed: bool
    reason: str | None
    similarity: float | None

    def lines(self) -> list[str]:
        """Say it in words."""
        if not self.indexed:
            reason = self.reason or "not known"
            return [f"{self.case_id}: not indexed: {reason}. Try a picture of one face, from the front."]
        if self.similarity is not None:
            return [f"{self.case_id}: indexed, and matched with similarity {self.similarity:.1f}"]
        return [
            f"{self.case_id}: indexed. Nobody who passed resembles it.",
            "To be seen yourself, add CAMERA=0 for a webcam, or VIDEO=clip.mp4 for a recording.",
        ]


def own_photo(deployment: Deployment, case_id: str, encounters: list[dict[str, Any]]) -> OwnPhoto:
    """Read the photo's record and the encounters of its case."""
    records = [record for _, record in open_gallery(deployment).photo_records(case_id)]
    reasons = [text for record in records if (text := explain(record.get("reason")))]
    similarities = [
        float(sighting["similarity"])
        for encounter in encounters
        if encounter["case_id"] == case_id
        for sighting in encounter["sightings"].values()
    ]
    return OwnPhoto(
        case_id=case_id,
        indexed=any(record.get("face_status") == "indexed" for record in records),
        reason="; ".join(reasons) or None,
        similarity=max(similarities, default=None),
    )
