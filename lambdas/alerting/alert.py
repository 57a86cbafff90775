"""The facts of an alert. `texts/` renders them for each channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lambdas.cases.ages import age_on, age_then
from lambdas.cases.case import PhotoKind
from lambdas.common.times import from_text, local_minute, to_text
from lambdas.encounters.encounter import reply_code
from lambdas.encounters.evidence import Ground, Strength, evidence_of
from lambdas.encounters.reasons import Reasons, reasons_of

if TYPE_CHECKING:
    from datetime import tzinfo

    from lambdas.cases.case import Case, Range
    from lambdas.common.trusted_time import TimeDoubt
    from lambdas.encounters.encounter import Encounter
    from lambdas.encounters.notice import NoticeKind


# The person has probably left the place when the sighting is older than this.
_MAX_CURRENT_AGE = timedelta(minutes=15)
_MAX_MARKS = 500


@dataclass(frozen=True, kw_only=True)
class Alert:
    """What a recipient needs to act on an encounter. The names are those of the JSON document; unknown facts are None.

    `is_past` is True if the person has probably left the place. `seen_at` and `until` are in the agency's time zone,
    `captured_at` is ISO 8601 in UTC. With a `time_doubt`, all of them are times of arrival. `more` counts the sightings
    since the last alert, `until` is the time of the latest one. `minutes` is how long the alert has gone without an
    acknowledgment. `age` is the age when missing, `age_now` that of today, give or take one. `ground` is the reason of
    the strength, `reasons` are why the match alerts and what speaks against it. `code` acknowledges the alert in a text
    message; it is None if the agency takes no replies.
    """

    kind: NoticeKind
    encounter_id: str
    case_id: str
    name: str | None
    is_minor: bool
    sex: str | None
    age: str | None
    age_now: str | None
    last_seen_date: str | None
    last_seen_place: str | None
    height_cm: Range | None
    weight_kg: Range | None
    hair: str | None
    marks: str | None
    clothing: str | None
    agency: str | None
    phone: str | None
    case_number: str | None
    camera: str
    site: str
    seen_at: str
    captured_at: str
    is_past: bool
    time_doubt: TimeDoubt | None
    similarity: float
    mean_similarity: float
    shots: int
    strength: Strength
    ground: Ground
    reasons: Reasons
    runner_up: str | None
    runner_up_margin: float | None
    photo_kind: PhotoKind
    photo_year: int | None
    more: int
    until: str
    minutes: int
    code: str | None
    link: str


def compose_alert(
    encounter: Encounter,
    case: Case,
    *,
    kind: NoticeKind,
    site: str,
    link_base: str,
    zone: tzinfo = UTC,
    created_at: datetime | None = None,
    now: datetime | None = None,
    is_minor: bool = False,
    takes_replies: bool = False,
) -> Alert:
    """Combine the best sighting of an encounter with the facts of its case.

    `created_at` is when the notice arose, `now` is when it is sent; both default to the time of the first alert.
    `zone` is the agency's time zone.
    """
    best, evidence = encounter.best, evidence_of(encounter)
    agency, seen = case.primary_agency, case.last_seen
    photo = next((photo for photo in case.photos if photo.photo_id == best.photo_id), None)
    last = max(from_text(sighting.captured_at) for sighting in encounter.sightings.values())
    alerted_at = from_text(encounter.alerted_or_opened_at)
    sent_at = now or alerted_at
    return Alert(
        kind=kind,
        encounter_id=encounter.encounter_id,
        case_id=case.case_id,
        name=case.name,
        is_minor=is_minor,
        sex=case.sex,
        age=_years(age_then(case)),
        age_now=_years(age_on(case, sent_at.date())),
        last_seen_date=seen.date,
        last_seen_place=seen.place,
        height_cm=case.height_cm,
        weight_kg=case.weight_kg,
        hair=case.hair,
        marks=_listed(case.marks),
        clothing=_listed(case.clothing),
        agency=agency.name if agency else None,
        phone=agency.call if agency else None,
        case_number=agency.case_number if agency else None,
        camera=encounter.camera,
        site=encounter.place(site),
        seen_at=local_minute(best.captured_at, zone),
        captured_at=best.captured_at,
        is_past=sent_at - from_text(best.captured_at) > _MAX_CURRENT_AGE,
        time_doubt=best.time_doubt,
        similarity=best.similarity,
        mean_similarity=evidence.mean,
        shots=evidence.shots,
        strength=evidence.strength,
        ground=evidence.ground,
        reasons=reasons_of(encounter, case),
        runner_up=evidence.runner_up.case_id if evidence.runner_up else None,
        runner_up_margin=evidence.margin,
        photo_kind=photo.kind if photo else PhotoKind.PORTRAIT,
        photo_year=photo.taken_year if photo else None,
        more=max(0, encounter.shots - encounter.alerted_sightings),
        until=_until(last, zone, sent_at),
        minutes=max(0, round(((created_at or alerted_at) - alerted_at).total_seconds() / 60)),
        code=reply_code(encounter.encounter_id) if takes_replies else None,
        link=f"{link_base}/e/{encounter.encounter_id}/{encounter.link_token}",
    )


def _years(age: Range | None) -> str | None:
    return str(age) if age else None


def _listed(texts: tuple[str, ...]) -> str | None:
    return "; ".join(texts)[:_MAX_MARKS] or None


def _until(last: datetime, zone: tzinfo, sent_at: datetime) -> str:
    """Format the time of the last sighting: without the date only if it is the day of the alert."""
    local = last.astimezone(zone)
    return f"{local:%H:%M %Z}" if local.date() == sent_at.astimezone(zone).date() else local_minute(to_text(last), zone)
