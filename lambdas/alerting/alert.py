"""The message about an encounter, in the form that each channel takes. It is a lead: "possible match, not verified"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from lambdas.alerting.gsm7 import segments, to_gsm7
from lambdas.common.case import PhotoKind
from lambdas.common.encounter import NoticeKind
from lambdas.common.evidence import evidence_of

if TYPE_CHECKING:
    from lambdas.common.case import Case, SourcePhoto
    from lambdas.common.encounter import Encounter

MAX_SMS_SEGMENTS = 3
HEADLINE = "Possible match, not verified"
_KIND_NOTE = {PhotoKind.AGE_PROGRESSION: "an age-progressed picture", PhotoKind.ARTIST: "a drawn picture"}


@dataclass(frozen=True, kw_only=True)
class Alert:
    """All that somebody needs to act on an encounter, as text; what the case does not tell is None."""

    encounter_id: str
    case_id: str
    name: str
    sex: str | None
    age: str | None
    last_seen: str | None
    agency: str | None
    phone: str | None
    case_number: str | None
    camera: str
    site: str
    seen_at: str
    similarity: float
    photo_note: str | None
    link: str
    kind: NoticeKind = NoticeKind.FIRST
    strength: str | None = None
    shots: int = 1
    mean_similarity: float | None = None
    runner_up_margin: float | None = None

    def sms(self) -> str:
        """At most 3 segments of GSM-7; where a case's own texts are longer, each is cut until it fits."""
        for limit in (60, 40, 30, 20, 12):
            text = to_gsm7(self._sms(limit))
            if segments(text) <= MAX_SMS_SEGMENTS:
                return text
        raise ValueError(f"the alert of encounter {self.encounter_id} does not fit {MAX_SMS_SEGMENTS} text messages")

    def email(self) -> str:
        """The same facts, one a line."""
        lines = {
            "Name": self.name,
            "Case": self.case_id,
            "Sex": self.sex,
            "Age when missing": self.age,
            "Last seen": self.last_seen,
            "Agency": self.agency,
            "Agency phone": self.phone,
            "Agency case number": self.case_number,
            "Camera": f"{self.site} ({self.camera})",
            "Seen at": self.seen_at,
            "Similarity": f"{self.similarity:.1f} of 100",
            "Evidence": self.strength and f"{self.strength}, {self.shots} shots",
            "Note": self.photo_note,
            "Review": self.link,
        }
        facts = "\n".join(f"{label}: {value}" for label, value in lines.items() if value)
        return f"{HEADLINE}. A person must check it before anybody acts on it.\n\n{facts}\n"

    def document(self, alert_id: str) -> str:
        """The same facts as JSON, for webhooks and queues, with the text message beside them.

        `alert_id` is the same however often the alert comes: the encounter's id, or the notice's key.
        """
        facts = {name: value for name, value in msgspec.to_builtins(self).items() if value is not None}
        document = {"alert_id": alert_id, "headline": HEADLINE, "verified": False, **facts, "text": self.sms()}
        return msgspec.json.encode(document).decode()

    def _sms(self, limit: int) -> str:
        def cut(text: str) -> str:
            return text if len(text) <= limit else text[: limit - 3] + "..."

        number = self.case_id.partition(":")[2]
        person = ", ".join(part for part in (cut(self.name), number, self.sex, self.age and f"age {self.age}") if part)
        sentences = [
            HEADLINE.upper(),
            person,
            self.last_seen and f"Last seen {cut(self.last_seen)}",
            f"Now at {cut(self.site)} {self.seen_at}",
            f"Similarity {self.similarity:.1f}" + (f" ({self.strength})" if self.strength else ""),
            self.photo_note and f"Matched on {self.photo_note}",
            self.phone and f"Call {cut(self.agency or 'agency')} {self.phone}",
        ]
        return ". ".join(sentence for sentence in sentences if sentence) + f". {self.link}"


def compose_alert(encounter: Encounter, case: Case, *, kind: NoticeKind, site: str, base: str) -> Alert:
    """The alert of an encounter: its best sighting beside the facts of its case. Its link starts with `base`."""
    best = encounter.best
    evidence = evidence_of(encounter)
    agency = case.primary_agency
    seen = case.last_seen
    photo = next((photo for photo in case.photos if photo.photo_id == best.photo_id), None)
    return Alert(
        encounter_id=encounter.encounter_id,
        case_id=case.case_id,
        name=case.name or "Name not known",
        sex=case.sex,
        age=str(case.age_when_missing) if case.age_when_missing else None,
        last_seen=" ".join(part for part in (seen.date, seen.place) if part) or None,
        agency=agency.name if agency else None,
        phone=(agency.phone or agency.phone_raw) if agency else None,
        case_number=agency.case_number if agency else None,
        camera=encounter.camera,
        site=site,
        seen_at=best.captured_at[:16].replace("T", " ") + " UTC",
        similarity=best.similarity,
        photo_note=_photo_note(photo),
        link=f"{base}/e/{encounter.encounter_id}/{encounter.link_token}",
        kind=kind,
        strength=evidence.strength.value,
        shots=evidence.shots,
        mean_similarity=evidence.mean,
        runner_up_margin=evidence.margin,
    )


def _photo_note(photo: SourcePhoto | None) -> str | None:
    """What kind of picture it was and of which year, as far as that is worth a word."""
    if photo is None:
        return None
    note = _KIND_NOTE.get(photo.kind)
    if photo.taken_year is None:
        return note
    return f"{note or 'a photo'} of {photo.taken_year}"
