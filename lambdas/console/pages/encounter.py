"""One encounter: both faces side by side, what else is known, and the decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdas.cases.ages import is_minor
from lambdas.cases.case import CaseStatus
from lambdas.common.base64url import may_be_token
from lambdas.console.cameras import Camera, camera_named, distance_km, read_cameras
from lambdas.console.case_encounters import Other, recent_encounters
from lambdas.console.case_records import read_records
from lambdas.console.doubts import distance_text, doubts
from lambdas.console.looks import record_look
from lambdas.console.pages.verdicts import REASONS
from lambdas.console.person import SUPERVISORS
from lambdas.console.pictures.comparison import CasePhoto, LookAlike, Shot, look_alikes_of, photos_of, shots_of
from lambdas.console.pictures.faces import Face, Faces
from lambdas.console.pictures.links import Crop
from lambdas.console.readable_times import minute, since
from lambdas.console.web.errors import NotFoundError
from lambdas.console.web.exchange import Page
from lambdas.console.words import words
from lambdas.encounters.encounter import Encounter, Review, Stage
from lambdas.encounters.evidence import evidence_of
from lambdas.encounters.table import read_encounter
from lambdas.review.audit import AuditKind
from lambdas.review.four_eyes import has_decided, is_disputed, own_opinion, visible_records
from lambdas.review.link_page.facts import case_facts, map_link, map_of
from lambdas.review.pictures import has_pictures
from lambdas.review.verdicts import VERDICTS

if TYPE_CHECKING:
    from lambdas.cases.table import StoredCase
    from lambdas.console.services import Services
    from lambdas.console.web.exchange import Request

_OVER = frozenset({Review.WITHDRAWN, Review.EXPIRED})


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """Which sighting and which photo are beside each other, how near, and whether they are swapped."""

    zoom: Crop = Crop.FACE
    swap: bool = False
    shot: str | None = None
    photo: str | None = None


class HistoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody did with the encounter."""

    at: str
    kind: str
    by: str
    via: str
    note: str | None


class May(msgspec.Struct, frozen=True, kw_only=True):
    """What this person may do now."""

    acknowledge: bool
    decide: bool
    undo: bool


class View(msgspec.Struct, frozen=True, kw_only=True):
    """The encounter as the page shows it. `opinion` is this person's own, `disputed` that reviewers disagree."""

    encounter_id: str
    stage: Stage
    case_id: str
    name: str | None
    is_minor: bool
    case_is_open: bool
    site: str
    camera: str
    similarity: float
    strength: str
    margin: float | None
    seen: str
    waiting: str
    acknowledged_by: str | None
    reviewed_by: str | None
    opinion: str | None
    disputed: bool
    muted: str | None
    shots: list[Shot]
    photos: list[CasePhoto]
    look_alikes: list[LookAlike]
    shot: Shot | None
    photo: CasePhoto | None
    quality: Face | None
    doubts: list[str]
    facts: dict[str, str]
    narrative: str | None
    distance: str | None
    map: str | None
    camera_map: str | None
    source: str | None
    others: list[Other]
    history: list[HistoryLine]
    may: May
    query: Query
    reasons: dict[str, dict[str, str]]
    hand_over: str


def show(services: Services, request: Request[Query, None]) -> Page:
    """Show the encounter, and audit the look.

    Raises:
        NotFoundError: there is no such encounter.
    """
    encounter = existing_encounter(services, request.path["encounter_id"])
    record_look(services, request.person, encounter.encounter_id, AuditKind.VIEWED)
    return Page(template="encounter.html", data=view_of(services, request, encounter))


def existing_encounter(services: Services, encounter_id: str) -> Encounter:
    """Read an encounter.

    Raises:
        NotFoundError: there is no such encounter.
    """
    found = None
    if may_be_token(encounter_id):
        found = read_encounter(services.dynamodb, table=services.encounters_table, encounter_id=encounter_id)
    if found is None:
        raise NotFoundError("There is no such encounter. It may have expired.")
    return found


def view_of(services: Services, request: Request[Query, None], encounter: Encounter) -> View:
    """Collect everything that the page shows."""
    query, t = request.query, words(request.language)
    records = read_records(services, encounter.case_id)
    stored = records.stored if records else None
    case = stored.case if stored else None
    cameras, evidence = read_cameras(services), evidence_of(encounter)
    camera = camera_named(cameras, encounter.camera)
    has = has_pictures(encounter) or encounter.can_be_undone(request.at)
    shots = shots_of(services, request, encounter, crop=query.zoom, has_pictures=has)
    photos = photos_of(request, encounter, records, crop=query.zoom)
    shot = next((each for each in shots if each.capture_id == query.shot), None) or _best(shots)
    quality = Faces(services=services).known("detection", encounter.best.key)
    facts = {label: value for label, value in case_facts(encounter, case).items() if value}
    return View(
        encounter_id=encounter.encounter_id,
        stage=encounter.stage,
        case_id=encounter.case_id,
        name=case.name if case else None,
        is_minor=is_minor(case, request.at.date()) if case else False,
        case_is_open=stored is not None and stored.status is CaseStatus.OPEN,
        site=camera.site,
        camera=camera.name,
        similarity=evidence.best,
        strength=evidence.strength.value,
        margin=evidence.margin,
        seen=minute(services, request.language, encounter.best.captured_at),
        waiting=since(encounter.opened_at, request.at),
        acknowledged_by=encounter.acknowledged_by,
        reviewed_by=encounter.reviewed_by,
        opinion=opinion.verdict.value if (opinion := own_opinion(encounter, request.person.name)) else None,
        disputed=_may_know_of_dispute(request, encounter),
        muted=encounter.muted,
        shots=shots,
        photos=photos,
        look_alikes=look_alikes_of(services, request, encounter),
        shot=shot,
        photo=next((each for each in photos if each.photo_id == query.photo), photos[0] if photos else None),
        quality=quality,
        doubts=list(doubts(encounter, stored, sharpness=quality.sharpness if quality else None, t=t)),
        facts=facts,
        narrative=case.narrative if case else None,
        distance=_distance(stored, camera, request.language),
        map=map_link(case) if case else None,
        camera_map=_camera_map(camera),
        source=case.source_url if case else None,
        others=recent_encounters(services, request, encounter.case_id, cameras, besides=encounter.encounter_id),
        history=_history(services, request, encounter),
        may=_may(request, encounter, stored),
        query=query,
        reasons={verdict.value: REASONS[verdict] for verdict in sorted(VERDICTS)},
        hand_over=f"{services.origin}/encounters/{encounter.encounter_id}",
    )


def _best(shots: list[Shot]) -> Shot | None:
    return next((shot for shot in shots if shot.is_best), None)


def _may(request: Request[Query, None], encounter: Encounter, stored: StoredCase | None) -> May:
    is_open = encounter.review not in _OVER
    is_entitled = has_decided(encounter, request.person.name) or request.person.has_one_of(SUPERVISORS)
    may_undo = encounter.can_be_undone(request.at) and is_entitled
    waits = encounter.review is Review.OPEN and encounter.acknowledged_at is None
    return May(
        acknowledge=waits and stored is not None and stored.status is CaseStatus.OPEN,
        decide=is_open,
        undo=is_open and (may_undo or own_opinion(encounter, request.person.name) is not None),
    )


def _may_know_of_dispute(request: Request[Query, None], encounter: Encounter) -> bool:
    is_concerned = request.person.has_one_of(SUPERVISORS) or own_opinion(encounter, request.person.name) is not None
    return is_disputed(encounter) and is_concerned


def _distance(stored: StoredCase | None, camera: Camera, language: str) -> str | None:
    seen = stored.case.last_seen if stored else None
    if seen is None or seen.latitude is None or seen.longitude is None:
        return None
    if camera.latitude is None or camera.longitude is None:
        return None
    kilometers = distance_km(seen.latitude, seen.longitude, camera.latitude, camera.longitude)
    return distance_text(camera, kilometers, words(language))


def _camera_map(camera: Camera) -> str | None:
    if camera.latitude is None or camera.longitude is None:
        return None
    return map_of(camera.latitude, camera.longitude)


def _history(services: Services, request: Request[Query, None], encounter: Encounter) -> list[HistoryLine]:
    records = services.audit.of(encounter.encounter_id)
    return [
        HistoryLine(
            at=minute(services, request.language, record.at.partition("#")[0]),
            kind=record.kind.value,
            by=record.by,
            via=record.via.value,
            note=record.note,
        )
        for record in visible_records(encounter, records, viewer=request.person.name)
    ]
