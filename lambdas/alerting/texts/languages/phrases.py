"""The phrases that a language defines. Every language fills in the same parts in braces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.cases.case import PhotoKind
from lambdas.encounters.evidence import Ground

if TYPE_CHECKING:
    from lambdas.alerting.alert import Alert
    from lambdas.cases.readable import Notation
    from lambdas.common.trusted_time import TimeDoubt
    from lambdas.encounters.evidence import Strength
    from lambdas.encounters.notice import NoticeKind
    from lambdas.encounters.reason_phrases import ReasonPhrases


@dataclass(frozen=True, kw_only=True)
class Labels:
    """The labels of the lines of an e-mail."""

    name: str
    case: str
    minor: str
    sex: str
    age: str
    last_seen: str
    height: str
    weight: str
    hair: str
    marks: str
    clothing: str
    agency: str
    phone: str
    case_number: str
    camera: str
    seen_at: str
    received_at: str
    similarity: str
    mean: str
    runner_up: str
    photo: str
    why: str
    picture: str
    case_photo: str
    review: str


@dataclass(frozen=True, kw_only=True)
class Phrases:
    """The sentences of text messages and e-mails, and the labels of e-mails."""

    notation: Notation
    headlines: dict[NoticeKind, str]
    one_more: str
    more: str
    must_be_checked: str
    endings: dict[NoticeKind, str]
    minor: str
    sexes: dict[str, str]
    name_not_known: str
    age: str
    age_then: str
    age_then_in: str
    age_now: str
    last_seen: str
    seen_at: str
    received_from: str
    time_doubts: dict[TimeDoubt, str]
    similarity: str
    strengths: dict[Strength, str]
    grounds: dict[Ground, str]
    reasons: ReasonPhrases
    one_image: str
    images: str
    runner_up: str
    runner_up_alike: str
    runner_up_ahead: str
    matched_on: str
    photos: dict[PhotoKind, str]
    of_year: str
    call: str
    agency: str
    reply: str
    labels: Labels

    def image_count(self, count: int) -> str:
        """Render the number of images."""
        return self.one_image if count == 1 else self.images.format(count=count)

    def more_sightings(self, count: int) -> str:
        """Render the number of further sightings."""
        return self.one_more if count == 1 else self.more.format(count=count)

    def years(self, age: str | None, *, now: str | None, date: str | None) -> str | None:
        """Render the age on a date, and now if years have passed: 44 when missing in 2011 (about 59 now)."""
        if not age:
            return None
        if now == age:
            return age
        then = self.age_then_in.format(age=age, year=date[:4]) if date else self.age_then.format(age=age)
        return then + (f" ({self.age_now.format(age=now)})" if now else "")

    def years_of(self, alert: Alert) -> str | None:
        """Render the ages of an alert's person."""
        return self.years(alert.age, now=alert.age_now, date=alert.last_seen_date)

    def last_seen_facts(self, alert: Alert) -> str | None:
        """Render when and where the person was last seen."""
        when = self.notation.dates(alert.last_seen_date) if alert.last_seen_date else None
        return ", ".join(part for part in (when, alert.last_seen_place) if part) or None

    def graded(self, sentence: str, alert: Alert) -> str:
        """Fill in the similarity, its grade, and the reason of the grade."""
        return sentence.format(
            similarity=alert.similarity,
            strength=self.strengths[alert.strength],
            images=self.image_count(alert.shots),
            ground=self.grounds[alert.ground],
        )

    def why_alerted(self, alert: Alert) -> str:
        """Say why the match alerts, how near another case is, and what speaks against it."""
        return self.reasons.sentence(alert.reasons, alert.ground, alert.runner_up)

    def next_case(self, alert: Alert) -> str | None:
        """Say which other case the best image resembles, and how near it is."""
        margin = alert.runner_up_margin
        if margin is None:
            return None
        near = self.runner_up_alike if alert.ground is Ground.OTHER_ALIKE else self.runner_up
        return (self.runner_up_ahead if margin < 0 else near).format(case=alert.runner_up, points=abs(margin))

    def photo_note(self, kind: PhotoKind, year: int | None) -> str | None:
        """Describe the photo that matched; None for a portrait of unknown year."""
        if year is None:
            return None if kind is PhotoKind.PORTRAIT else self.photos.get(kind)
        photo = self.photos.get(kind, self.photos[PhotoKind.PORTRAIT])
        return self.of_year.format(photo=photo, year=year)
