"""The facts on the page of an encounter, as pairs of label and text."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from lambdas.cases.ages import age_on, age_then
from lambdas.cases.case import PhotoKind
from lambdas.cases.readable import readable_phone
from lambdas.common.times import from_text
from lambdas.encounters.evidence import Ground, evidence_of
from lambdas.encounters.reasons import others_of, reasons_of
from lambdas.review.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from lambdas.cases.case import Case
    from lambdas.encounters.encounter import Encounter
    from lambdas.encounters.evidence import Evidence
    from lambdas.review.links import PageContent
    from lambdas.review.words.words import Words

_MAP = "https://www.openstreetmap.org"


def evidence_facts(content: PageContent) -> dict[str, str | None]:
    """Return how strong the match is, and where and when the person was seen."""
    encounter, evidence, t = content.encounter, evidence_of(content.encounter), content.words
    images = t(
        "{shots} ({above} above the alert threshold), mean {mean}",
        shots=evidence.shots,
        above=evidence.alerting_shots,
        mean=f"{evidence.mean:.1f}",
    )
    return {
        t("Similarity"): t("{similarity} of 100", similarity=f"{evidence.best:.1f}"),
        t("Strength"): t.phrases.strengths[evidence.strength],
        t("Why"): why(encounter, content.case.case if content.case else None, t),
        t("Images"): images,
        t("Other case"): _next_case(evidence, t),
        t("Other cases of these images"): ", ".join(others_of(encounter)) or None,
        t("Camera"): content.site if content.site == encounter.camera else f"{content.site} ({encounter.camera})",
        **_seen(content),
        t("Picture's SHA-256"): encounter.best.sha256,
    }


def why(encounter: Encounter, case: Case | None, t: Words) -> str:
    """Say in one sentence why the encounter alerts, and what speaks against it."""
    evidence = evidence_of(encounter)
    runner_up = evidence.runner_up.case_id if evidence.runner_up else None
    return t.phrases.reasons.sentence(reasons_of(encounter, case), evidence.ground, runner_up)


def _next_case(evidence: Evidence, t: Words) -> str | None:
    """Say which other case the best image resembles, and how near it is."""
    if evidence.runner_up is None or evidence.margin is None:
        return None
    near = t.phrases.runner_up_alike if evidence.ground is Ground.OTHER_ALIKE else t.phrases.runner_up
    sentence = t.phrases.runner_up_ahead if evidence.margin < 0 else near
    return sentence.format(case=evidence.runner_up.case_id, points=abs(evidence.margin))


def _seen(content: PageContent) -> dict[str, str]:
    """Return when the person was seen, or when the picture arrived and why its own time is not believed."""
    best, t = content.encounter.best, content.words
    minute = content.minute(best.captured_at)
    if best.time_doubt:
        return {t("Received"): f"{minute}, {t.phrases.time_doubts[best.time_doubt]}"}
    return {t("Seen"): minute}


def case_facts(encounter: Encounter, case: Case | None, t: Words = WORDS["en"]) -> dict[str, str | None]:
    """Return the facts of the case; only its id if the gallery does not have it."""
    if case is None:
        return {t("Case"): encounter.case_id}
    return person_facts(case, from_text(encounter.opened_at).date(), t)


def person_facts(case: Case, day: date, t: Words = WORDS["en"]) -> dict[str, str | None]:
    """Return the facts of the case, with the age on this day. What the source wrote stays in its language."""
    agency, notation = case.primary_agency, t.phrases.notation
    contact = (agency.name, readable_phone(agency.call or "")) if agency else ()
    return {
        t("Name"): case.name or t("not known"),
        t("Case"): case.case_id,
        t("Sex"): t.phrases.sexes.get(case.sex, case.sex) if case.sex else None,
        t("Age"): _age(case, day, t),
        t("Last seen"): _last_seen(case, t),
        t("Height"): notation.height_of(case.height_cm),
        t("Weight"): notation.weight_of(case.weight_kg),
        t("Hair"): case.hair,
        t("Eyes"): _eyes(case),
        t("Marks"): "; ".join(case.marks) or None,
        t("Clothing"): "; ".join(case.clothing) or None,
        t("Agency"): joined(contact),
        t("Agency's number"): agency.case_number if agency else None,
    }


def _last_seen(case: Case, t: Words) -> str | None:
    seen = case.last_seen
    when = t.phrases.notation.dates(seen.date) if seen.date else None
    return ", ".join(part for part in (when, seen.place) if part) or None


def _age(case: Case, day: date, t: Words) -> str | None:
    """Return the age when missing, and the age on this day if that differs."""
    then, now = age_then(case), age_on(case, day)
    return t.phrases.years(str(then) if then else None, now=str(now) if now else None, date=case.last_seen.date)


def _eyes(case: Case) -> str | None:
    colors = dict.fromkeys(color for color in (case.eyes_left, case.eyes_right) if color)
    return ", ".join(colors) or None


def map_link(case: Case) -> str | None:
    """Return the address of a map of where the person was last seen. The page loads nothing from it."""
    seen = case.last_seen
    if seen.latitude is not None and seen.longitude is not None:
        return map_of(seen.latitude, seen.longitude)
    places = ", ".join(part for part in (seen.city, seen.county, seen.region, seen.country) if part)
    return f"{_MAP}/search?{urlencode({'query': places or seen.text})}" if places or seen.text else None


def map_of(latitude: float, longitude: float) -> str:
    """Return the address of a map with a mark at this place."""
    point = urlencode({"mlat": f"{latitude:.5f}", "mlon": f"{longitude:.5f}"})
    return f"{_MAP}/?{point}#map=13/{latitude:.5f}/{longitude:.5f}"


def photo_caption(encounter: Encounter, case: Case | None, t: Words) -> str:
    """Describe the photo of the case that matched."""
    photos = case.photos if case else ()
    found = next((photo for photo in photos if photo.photo_id == encounter.best.photo_id), None)
    kinds = {PhotoKind.AGE_PROGRESSION: t("age-progressed picture"), PhotoKind.ARTIST: t("drawn picture")}
    photo = kinds.get(found.kind, t("photo")) if found else t("photo")
    name = (case.name if case else None) or encounter.case_id
    if found and found.taken_year:
        return t("{name}: {photo} of {year}", name=name, photo=photo, year=found.taken_year)
    return f"{name}: {photo}"


def joined(parts: Iterable[str | None]) -> str | None:
    """Join the known parts with spaces; None if there are none."""
    return " ".join(part for part in parts if part) or None
