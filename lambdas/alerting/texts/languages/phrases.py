"""What a language must say. A part in braces is filled in; every language has the same parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambdas.cases.case import PhotoKind
    from lambdas.encounters.encounter import NoticeKind
    from lambdas.encounters.evidence import Strength


@dataclass(frozen=True, kw_only=True)
class Labels:
    """The beginnings of the lines of an e-mail."""

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
    similarity: str
    mean: str
    runner_up: str
    photo: str
    picture: str
    case_photo: str
    review: str


@dataclass(frozen=True, kw_only=True)
class Phrases:
    """The sentences of text messages, and the labels of e-mails."""

    headlines: dict[NoticeKind, str]
    must_be_checked: str
    stand_down: str
    minor: str
    sexes: dict[str, str]
    name_not_known: str
    age: str
    last_seen: str
    now_at: str
    was_at: str
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
