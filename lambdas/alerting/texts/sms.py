"""The text message of an alert: three segments at most, whatever a case's own texts are."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from lambdas.alerting.texts.gsm7 import segments, to_gsm7
from lambdas.cases.case import PhotoKind
from lambdas.encounters.encounter import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lambdas.alerting.alert import Alert
    from lambdas.alerting.texts.languages.phrases import Phrases

MAX_SMS_SEGMENTS = 3
_CUTS = (60, 40, 30, 20, 12)
# What a message can do without, because the link tells it too; the first goes first.
_DISPENSABLE = ("photo", "last_seen", "call", "similarity", "place", "person")


def sms_text(alert: Alert, phrases: Phrases, headline: str) -> str:
    """GSM-7, with each text of the case cut until all fits; then without one sentence after the other.

    Raises:
        ValueError: not even the headline and the link fit, because the agency's address is too long.
    """
    for sentences in _shorter_and_shorter(alert, phrases, headline):
        text = to_gsm7(". ".join([*(each for each in sentences.values() if each), alert.link]))
        if segments(text) <= MAX_SMS_SEGMENTS:
            return text
    raise ValueError(f"the alert of encounter {alert.encounter_id} does not fit {MAX_SMS_SEGMENTS} text messages")


def _shorter_and_shorter(alert: Alert, phrases: Phrases, headline: str) -> Iterator[dict[str, str]]:
    for limit in _CUTS:
        yield _sentences(alert, phrases, headline, limit)
    shortest = _sentences(alert, phrases, headline, _CUTS[-1])
    for count in range(len(_DISPENSABLE)):
        yield _without(shortest, _DISPENSABLE[: count + 1])


def photo_note(alert: Alert, phrases: Phrases) -> str | None:
    """What kind of picture it was and of which year, as far as that is worth a word."""
    if alert.photo_year is None:
        return None if alert.photo_kind is PhotoKind.PORTRAIT else phrases.photos.get(alert.photo_kind)
    photo = phrases.photos.get(alert.photo_kind, phrases.photos[PhotoKind.PORTRAIT])
    return phrases.of_year.format(photo=photo, year=alert.photo_year)


def subject_text(text: str) -> str:
    """What SNS takes as the subject of an e-mail: one line of ASCII, fewer than 100 characters."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join("".join(character if character.isprintable() else " " for character in plain).split())[:99]


def _without(sentences: dict[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: sentence for name, sentence in sentences.items() if name not in names}


def _sentences(alert: Alert, phrases: Phrases, headline: str, limit: int) -> dict[str, str]:
    """By name, in their order, with no text of the case longer than the limit; one that says nothing is empty."""

    def cut(text: str) -> str:
        return text if len(text) <= limit else text[: limit - 3] + "..."

    is_over = alert.is_past or alert.kind is NoticeKind.RECALL
    is_brief = alert.kind in {NoticeKind.RECALL, NoticeKind.DIGEST}
    place = (phrases.was_at if is_over else phrases.now_at).format(site=cut(alert.site), time=alert.seen_at)
    beginning = {"headline": headline.upper(), "person": _person(alert, phrases, cut)}
    if is_brief:
        return {**beginning, "place": place}
    note = photo_note(alert, phrases)
    agency = cut(alert.agency or phrases.agency)
    return {
        **beginning,
        "last_seen": phrases.last_seen.format(what=cut(alert.last_seen)) if alert.last_seen else "",
        "place": place,
        "similarity": _similarity(alert, phrases),
        "photo": phrases.matched_on.format(photo=note) if note else "",
        "call": phrases.call.format(agency=agency, phone=cut(alert.phone)) if alert.phone else "",
        "reply": phrases.reply.format(code=alert.code) if alert.code else "",
    }


def _person(alert: Alert, phrases: Phrases, cut: Callable[[str], str]) -> str:
    parts = (
        cut(alert.name or phrases.name_not_known),
        cut(alert.case_id.partition(":")[2]),
        phrases.minor if alert.is_minor else "",
        cut(phrases.sexes.get(alert.sex, alert.sex)) if alert.sex else "",
        cut(phrases.age.format(age=alert.age)) if alert.age else "",
    )
    return ", ".join(part for part in parts if part)


def _similarity(alert: Alert, phrases: Phrases) -> str:
    shots = phrases.one_shot if alert.shots == 1 else phrases.shots.format(count=alert.shots)
    strength = phrases.strengths[alert.strength]
    return phrases.similarity.format(similarity=alert.similarity, strength=strength, shots=shots)
