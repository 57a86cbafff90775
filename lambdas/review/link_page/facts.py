"""The facts on the page of an encounter, as pairs of label and text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.cases.case import PhotoKind
from lambdas.encounters.evidence import Strength, evidence_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdas.cases.case import Case
    from lambdas.encounters.encounter import Encounter
    from lambdas.review.links import PageContent

_PHOTO_KINDS = {PhotoKind.AGE_PROGRESSION: "age-progressed picture", PhotoKind.ARTIST: "drawn picture"}
_STRENGTHS = {
    Strength.STRONG: "strong: several shots agree, and no other case is near",
    Strength.FAIR: "fair",
    Strength.WEAK: "weak: another case resembles the capture almost as much",
}


def evidence_facts(content: PageContent) -> dict[str, str | None]:
    """Return how strong the match is, and where and when the person was seen."""
    encounter, evidence = content.encounter, evidence_of(content.encounter)
    shots = f"{evidence.shots} ({evidence.alerting_shots} above the alert threshold), mean {evidence.mean:.1f}"
    return {
        "Similarity": f"{evidence.best:.1f} of 100",
        "Strength": _STRENGTHS[evidence.strength],
        "Shots": shots,
        "Next case": f"{-evidence.margin:+.1f} points" if evidence.margin is not None else None,
        "Camera": content.site if content.site == encounter.camera else f"{content.site} ({encounter.camera})",
        **_seen(content),
        "Picture's SHA-256": encounter.best.sha256,
    }


def _seen(content: PageContent) -> dict[str, str]:
    """Return when the person was seen, or when the picture arrived and why its own time is not believed."""
    best = content.encounter.best
    minute = content.minute(best.captured_at)
    return {"Received": f"{minute}, {best.time_doubt.reason}"} if best.time_doubt else {"Seen": minute}


def case_facts(encounter: Encounter, case: Case | None) -> dict[str, str | None]:
    """Return the facts of the case; only its id if the gallery does not have it."""
    if case is None:
        return {"Case": encounter.case_id}
    seen, agency = case.last_seen, case.primary_agency
    contact = (agency.name, agency.call) if agency else ()
    return {
        "Name": case.name or "not known",
        "Case": case.case_id,
        "Sex": case.sex,
        "Age when missing": str(case.age_when_missing or "") or None,
        "Last seen": joined((seen.date, seen.place)),
        "Height": f"{case.height_cm} cm" if case.height_cm else None,
        "Weight": f"{case.weight_kg} kg" if case.weight_kg else None,
        "Hair": case.hair,
        "Marks": "; ".join(case.marks) or None,
        "Agency": joined(contact),
        "Agency's number": agency.case_number if agency else None,
    }


def photo_caption(encounter: Encounter, case: Case | None) -> str:
    """Describe the photo of the case that matched."""
    photos = case.photos if case else ()
    found = next((photo for photo in photos if photo.photo_id == encounter.best.photo_id), None)
    kind = _PHOTO_KINDS.get(found.kind, "photo") if found else "photo"
    name = (case.name if case else None) or encounter.case_id
    return f"{name}: {kind}" + (f" of {found.taken_year}" if found and found.taken_year else "")


def joined(parts: Iterable[str | None]) -> str | None:
    """Join the known parts with spaces; None if there are none."""
    return " ".join(part for part in parts if part) or None
