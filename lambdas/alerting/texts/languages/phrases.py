"""The phrases that a language defines. Every language fills in the same parts in braces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.cases.case import PhotoKind

if TYPE_CHECKING:
    from lambdas.common.trusted_time import TimeDoubt
    from lambdas.encounters.evidence import Strength
    from lambdas.encounters.notice import NoticeKind


@dataclass(frozen=True, kw_only=True)
class Labels:
    """The labels of the lines of an e-mail."""

    name: str
    case: str
    minor: str
    sex: str
    age: str
    last_seen: str
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
    picture: str
    case_photo: str
    review: str


@dataclass(frozen=True, kw_only=True)
class Phrases:
    """The sentences of text messages and e-mails, and the labels of e-mails."""

    headlines: dict[NoticeKind, str]
    must_be_checked: str
    stand_down: str
    minor: str
    sexes: dict[str, str]
    name_not_known: str
    age: str
    last_seen: str
    now_at: str
    seen_at: str
    received_from: str
    time_doubts: dict[TimeDoubt, str]
    similarity: str
    strengths: dict[Strength, str]
    one_shot: str
    shots: str
    points_behind: str
    matched_on: str
    photos: dict[PhotoKind, str]
    of_year: str
    call: str
    agency: str
    reply: str
    labels: Labels

    def shot_count(self, count: int) -> str:
        """Render the number of shots."""
        return self.one_shot if count == 1 else self.shots.format(count=count)

    def photo_note(self, kind: PhotoKind, year: int | None) -> str | None:
        """Describe the photo that matched; None for a portrait of unknown year."""
        if year is None:
            return None if kind is PhotoKind.PORTRAIT else self.photos.get(kind)
        photo = self.photos.get(kind, self.photos[PhotoKind.PORTRAIT])
        return self.of_year.format(photo=photo, year=year)
