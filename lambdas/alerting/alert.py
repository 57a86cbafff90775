"""The message about an encounter, in the form that each channel takes. It is a lead: "possible match, not verified"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from lambdas.alerting.texts.email import email_text
from lambdas.alerting.texts.languages import PHRASES
from lambdas.alerting.texts.sms import sms_text, subject_text
from lambdas.cases.case import PhotoKind
from lambdas.common.keys import reply_code
from lambdas.common.times import from_text, local_minute
from lambdas.encounters.evidence import Strength, evidence_of

if TYPE_CHECKING:
    from datetime import tzinfo

    from lambdas.cases.case import Case
    from lambdas.encounters.encounter import Encounter, NoticeKind


# After that, "now" would send people to where somebody was.
_STILL_THERE = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Alert:
    """All that somebody needs to act on an encounter; what the case does not tell is None.

    `is_past` says that the person will hardly be there any more: the picture came late, or was found later.
    `seen_at` and `until` are in the agency's time, `captured_at` is ISO 8601 in UTC. `more` is how many sightings came
    since the last alert, `until` the time of the last one, `minutes` how long nobody has acknowledged.
    `code` is what a reply by text message acknowledges with, where the agency takes replies.
    """

    kind: NoticeKind
    encounter_id: str
    case_id: str
    name: str | None
    is_minor: bool
    sex: str | None
    age: str | None
    last_seen: str | None
    agency: str | None
    phone: str | None
    case_number: str | None
    camera: str
    site: str
    seen_at: str
    captured_at: str
    is_past: bool
    similarity: float
    mean_similarity: float
    shots: int
    strength: Strength
    runner_up_margin: float | None
    photo_kind: PhotoKind
    photo_year: int | None
    more: int
    until: str
    minutes: int
    code: str | None
    link: str

    def headline(self, language: str = "en") -> str:
        """What it is about, in one line."""
        headline = PHRASES[language].headlines[self.kind]
        return headline.format(count=self.more, until=self.until, best=self.similarity, minutes=self.minutes)

    def subject(self, language: str = "en") -> str:
        """The subject of an e-mail."""
        return subject_text(f"{self.headline(language)}: {self.case_id}")

    def sms(self, language: str = "en") -> str:
        """At most 3 segments of GSM-7; where a case's own texts are longer, each is cut until it fits."""
        return sms_text(self, PHRASES[language], self.headline(language))

    def email(self, language: str = "en") -> str:
        """The same facts, one a line."""
        return email_text(self, PHRASES[language], self.headline(language))

    def document(self, alert_id: str, language: str = "en") -> str:
        """The same facts as JSON, for webhooks and queues, with the text message beside them.

        `alert_id` is the same however often the alert comes: the encounter's id, or the notice's key.
        """
        facts = {name: value for name, value in msgspec.to_builtins(self).items() if value is not None}
        document = {
            "alert_id": alert_id,
            "headline": self.headline(language),
            "verified": False,
            **facts,
            "text": self.sms(language),
        }
        return msgspec.json.encode(document).decode()


def compose_alert(
    encounter: Encounter,
    case: Case,
    *,
    kind: NoticeKind,
    site: str,
    base: str,
    zone: tzinfo = UTC,
    since: datetime | None = None,
    now: datetime | None = None,
    is_minor: bool = False,
    takes_replies: bool = False,
) -> Alert:
    """The alert of an encounter: its best sighting beside the facts of its case.

    Its link starts with `base`, its times are those of `zone`; `since` is when the occasion for it arose,
    `now` when it is sent.
    """
    best, evidence = encounter.best, evidence_of(encounter)
    agency, seen = case.primary_agency, case.last_seen
    photo = next((photo for photo in case.photos if photo.photo_id == best.photo_id), None)
    last = max(from_text(sighting.captured_at) for sighting in encounter.sightings.values())
    told = from_text(encounter.told_at)
    return Alert(
        kind=kind,
        encounter_id=encounter.encounter_id,
        case_id=case.case_id,
        name=case.name,
        is_minor=is_minor,
        sex=case.sex,
        age=str(case.age_when_missing) if case.age_when_missing else None,
        last_seen=" ".join(part for part in (seen.date, seen.place) if part) or None,
        agency=agency.name if agency else None,
        phone=(agency.phone or agency.phone_raw) if agency else None,
        case_number=agency.case_number if agency else None,
        camera=encounter.camera,
        site=site,
        seen_at=local_minute(best.captured_at, zone),
        captured_at=best.captured_at,
        is_past=(now or told) - from_text(best.captured_at) > _STILL_THERE,
        similarity=best.similarity,
        mean_similarity=evidence.mean,
        shots=evidence.shots,
        strength=evidence.strength,
        runner_up_margin=evidence.margin,
        photo_kind=photo.kind if photo else PhotoKind.PORTRAIT,
        photo_year=photo.taken_year if photo else None,
        more=max(0, len(encounter.sightings) - encounter.alerted_sightings),
        until=f"{last.astimezone(zone):%H:%M %Z}",
        minutes=max(0, round(((since or told) - told).total_seconds() / 60)),
        code=reply_code(encounter.encounter_id) if takes_replies else None,
        link=f"{base}/e/{encounter.encounter_id}/{encounter.link_token}",
    )
