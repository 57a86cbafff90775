"""The facts on the page of an encounter, as pairs of label and text."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from lambdas.cases.ages import age_on, age_then
from lambdas.cases.case import PhotoKind
from lambdas.cases.readable import AMERICAN, readable_phone
from lambdas.common.times import from_text
from lambdas.encounters.evidence import Ground, evidence_of
from lambdas.encounters.reason_phrases import ENGLISH_REASONS
from lambdas.encounters.reasons import others_of, reasons_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from lambdas.cases.case import Case
    from lambdas.encounters.encounter import Encounter
    from lambdas.encounters.evidence import Evidence
    from lambdas.review.links import PageContent

_PHOTO_KINDS = {PhotoKind.AGE_PROGRESSION: "age-progressed picture", PhotoKind.ARTIST: "drawn picture"}
_MAP = "https://www.openstreetmap.org"


def evidence_facts(content: PageContent) -> dict[str, str | None]:
    """Return how strong the match is, and where and when the person was seen."""
    encounter, evidence = content.encounter, evidence_of(content.encounter)
    images = f"{evidence.shots} ({evidence.alerting_shots} above the alert threshold), mean {evidence.mean:.1f}"
    return {
        "Similarity": f"{evidence.best:.1f} of 100",
        "Strength": evidence.strength.value,
        "Why": why(encounter, content.case.case if content.case else None),
        "Images": images,
        "Other case": _next_case(evidence),
        "Other cases of these images": ", ".join(others_of(encounter)) or None,
        "Camera": content.site if content.site == encounter.camera else f"{content.site} ({encounter.camera})",
        **_seen(content),
        "Picture's SHA-256": encounter.best.sha256,
    }


def why(encounter: Encounter, case: Case | None) -> str:
    """Say in one sentence why the encounter alerts, and what speaks against it."""
    evidence = evidence_of(encounter)
    runner_up = evidence.runner_up.case_id if evidence.runner_up else None
    return ENGLISH_REASONS.sentence(reasons_of(encounter, case), evidence.ground, runner_up)


def _next_case(evidence: Evidence) -> str | None:
    """Say which other case the best image resembles, and how near it is."""
    if evidence.runner_up is None or evidence.margin is None:
        return None
    near = "almost as alike" if evidence.ground is Ground.OTHER_ALIKE else "next"
    likeness = near if evidence.margin >= 0 else "even more alike"
    than = "lower" if evidence.margin >= 0 else "higher"
    return f"{evidence.runner_up.case_id} is {likeness}, {abs(evidence.margin):.1f} points {than}"


def _seen(content: PageContent) -> dict[str, str]:
    """Return when the person was seen, or when the picture arrived and why its own time is not believed."""
    best = content.encounter.best
    minute = content.minute(best.captured_at)
    return {"Received": f"{minute}, {best.time_doubt.reason}"} if best.time_doubt else {"Seen": minute}


def case_facts(encounter: Encounter, case: Case | None) -> dict[str, str | None]:
    """Return the facts of the case; only its id if the gallery does not have it."""
    if case is None:
        return {"Case": encounter.case_id}
    return person_facts(case, from_text(encounter.opened_at).date())


def person_facts(case: Case, day: date) -> dict[str, str | None]:
    """Return the facts of the case, with the age on this day."""
    agency = case.primary_agency
    contact = (agency.name, readable_phone(agency.call or "")) if agency else ()
    return {
        "Name": case.name or "not known",
        "Case": case.case_id,
        "Sex": case.sex,
        "Age": _age(case, day),
        "Last seen": _last_seen(case),
        "Height": AMERICAN.height_of(case.height_cm),
        "Weight": AMERICAN.weight_of(case.weight_kg),
        "Hair": case.hair,
        "Eyes": _eyes(case),
        "Marks": "; ".join(case.marks) or None,
        "Clothing": "; ".join(case.clothing) or None,
        "Agency": joined(contact),
        "Agency's number": agency.case_number if agency else None,
    }


def _last_seen(case: Case) -> str | None:
    seen = case.last_seen
    when = AMERICAN.dates(seen.date) if seen.date else None
    return ", ".join(part for part in (when, seen.place) if part) or None


def _age(case: Case, day: date) -> str | None:
    """Return the age when missing, and the age on this day if that differs."""
    then, now = age_then(case), age_on(case, day)
    if then is None or then == now:
        return str(then) if then else None
    year = f" in {case.last_seen.date[:4]}" if case.last_seen.date else ""
    return f"{then} when missing{year}" + (f" (about {now} now)" if now else "")


def _eyes(case: Case) -> str | None:
    colors = dict.fromkeys(color for color in (case.eyes_left, case.eyes_right) if color)
    return ", ".join(colors) or None


def map_link(case: Case) -> str | None:
    """Return the address of a map of where the person was last seen. The page loads nothing from it."""
    seen = case.last_seen
    if seen.latitude is not None and seen.longitude is not None:
        point = urlencode({"mlat": f"{seen.latitude:.5f}", "mlon": f"{seen.longitude:.5f}"})
        return f"{_MAP}/?{point}#map=13/{seen.latitude:.5f}/{seen.longitude:.5f}"
    places = ", ".join(part for part in (seen.city, seen.county, seen.region, seen.country) if part)
    return f"{_MAP}/search?{urlencode({'query': places or seen.text})}" if places or seen.text else None


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
