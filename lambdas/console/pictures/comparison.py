"""What the page of an encounter compares: its sightings, the photos of its case, and other cases that look alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdas.cases.case import ENROLLED_KINDS, CaseStatus, PhotoKind
from lambdas.console.case_records import read_stored_cases
from lambdas.console.pictures.links import Crop, link_to_photo, link_to_sighting
from lambdas.console.readable_times import minute

if TYPE_CHECKING:
    from lambdas.cases.case import SourcePhoto
    from lambdas.console.case_records import CaseRecords
    from lambdas.console.services import Services
    from lambdas.console.web.exchange import AnyRequest
    from lambdas.encounters.encounter import Encounter


class Shot(msgspec.Struct, frozen=True, kw_only=True):
    """One sighting. `picture` is None once the pictures are deleted."""

    capture_id: str
    similarity: float
    seen: str
    photo_id: str
    is_best: bool
    picture: str | None


class CasePhoto(msgspec.Struct, frozen=True, kw_only=True):
    """One photo of the case. `age_years` is how old it was when the sighting was made; `has_matched`: by the best."""

    photo_id: str
    kind: PhotoKind
    taken_year: int | None
    age_years: int | None
    has_matched: bool
    picture: str


class LookAlike(msgspec.Struct, frozen=True, kw_only=True):
    """Another case that the best sighting resembles. `margin` is how many points it is behind."""

    case_id: str
    name: str | None
    similarity: float
    margin: float
    picture: str | None


def shots_of(
    services: Services, request: AnyRequest, encounter: Encounter, *, crop: Crop, has_pictures: bool
) -> list[Shot]:
    """Return the sightings in order of time."""
    best, about = encounter.best, encounter.encounter_id
    by_time = sorted(encounter.sightings.items(), key=lambda each: each[1].captured_at)
    return [
        Shot(
            capture_id=capture_id,
            similarity=sighting.similarity,
            seen=minute(services, request.language, sighting.captured_at),
            photo_id=sighting.photo_id,
            is_best=sighting.key == best.key,
            picture=link_to_sighting(request.person, sighting, crop, about=about, at=request.at)
            if has_pictures
            else None,
        )
        for capture_id, sighting in by_time
    ]


def photos_of(request: AnyRequest, encounter: Encounter, records: CaseRecords | None, *, crop: Crop) -> list[CasePhoto]:
    """Return the case's photos that are searched for and still there: the one that matched, then the newest."""
    listed = records.stored.case.photos if records else ()
    photos = [each for each in listed if each.kind in ENROLLED_KINDS and records and records.has_picture(each.photo_id)]
    matched = encounter.best.photo_id
    photos.sort(key=lambda photo: (photo.photo_id != matched, -(photo.taken_year or 0)))
    return [
        CasePhoto(
            photo_id=photo.photo_id,
            kind=photo.kind,
            taken_year=photo.taken_year,
            age_years=_age(photo, encounter),
            has_matched=photo.photo_id == matched,
            picture=link_to_photo(
                request.person, encounter.case_id, photo.photo_id, crop, about=encounter.encounter_id, at=request.at
            ),
        )
        for photo in photos
    ]


def look_alikes_of(services: Services, request: AnyRequest, encounter: Encounter) -> list[LookAlike]:
    """Return the other cases that the best sighting resembles, the most alike first."""
    best = encounter.best
    others = {other.case_id: other for other in (best.runner_up, *best.others) if other}
    cases = read_stored_cases(services, others)
    found = []
    for case_id, other in sorted(others.items(), key=lambda each: -each[1].similarity):
        stored = cases.get(case_id)
        case, is_open = (stored.case, stored.status is CaseStatus.OPEN) if stored else (None, False)
        photo = next((each for each in case.photos if each.kind in ENROLLED_KINDS), None) if case and is_open else None
        picture = None
        if photo:
            about = encounter.encounter_id
            picture = link_to_photo(request.person, case_id, photo.photo_id, Crop.FACE, about=about, at=request.at)
        found.append(
            LookAlike(
                case_id=case_id,
                name=case.name if case else None,
                similarity=other.similarity,
                margin=round(best.similarity - other.similarity, 1),
                picture=picture,
            )
        )
    return found


def _age(photo: SourcePhoto, encounter: Encounter) -> int | None:
    return int(encounter.best.captured_at[:4]) - photo.taken_year if photo.taken_year else None
