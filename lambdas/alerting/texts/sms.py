"""The text message of an alert: at most 3 segments of GSM-7, however long the texts of the case are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.alerting.texts.defuse import inert
from lambdas.alerting.texts.gsm7 import segments, to_gsm7
from lambdas.common.trusted_time import TimeDoubt
from lambdas.encounters.notice import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lambdas.alerting.alert import Alert
    from lambdas.alerting.texts.languages.phrases import Phrases

MAX_SEGMENTS = 3
# Maximum length of each text of the case, tried in this order.
_LENGTH_LIMITS = (60, 40, 30, 20, 12)
# Sentences that the page behind the link has too, in the order in which they are dropped.
_OPTIONAL = ("photo", "last_seen", "call", "similarity", "place", "person")


def sms_text(alert: Alert, phrases: Phrases, headline: str) -> str:
    """Render the longest version that fits: first the texts of the case are cut, then whole sentences are dropped.

    Raises:
        ValueError: the headline and the link alone do not fit, because the link is too long.
    """
    alert = inert(alert, to_gsm7)
    for sentences in _shorter_and_shorter(alert, phrases, headline):
        text = to_gsm7(". ".join([*(each for each in sentences.values() if each), alert.link]))
        if segments(text) <= MAX_SEGMENTS:
            return text
    raise ValueError(f"the alert of encounter {alert.encounter_id} does not fit in {MAX_SEGMENTS} SMS segments")


def _shorter_and_shorter(alert: Alert, phrases: Phrases, headline: str) -> Iterator[dict[str, str]]:
    for limit in _LENGTH_LIMITS:
        yield _sentences(alert, phrases, headline, limit)
    shortest = _sentences(alert, phrases, headline, _LENGTH_LIMITS[-1])
    for count in range(1, len(_OPTIONAL) + 1):
        dropped = _OPTIONAL[:count]
        yield {name: sentence for name, sentence in shortest.items() if name not in dropped}


def _sentences(alert: Alert, phrases: Phrases, headline: str, limit: int) -> dict[str, str]:
    """Render the sentences in order, by name. Each text of the case has at most `limit` characters."""

    def cut(text: str) -> str:
        return text if len(text) <= limit else text[: limit - 3] + "..."

    is_brief = alert.kind in {NoticeKind.RECALL, NoticeKind.DIGEST}
    place = _place(alert, phrases).format(site=cut(alert.site), time=alert.seen_at)
    beginning = {"headline": headline.upper(), "person": _person(alert, phrases, cut)}
    if is_brief:
        return {**beginning, "place": place}
    photo = phrases.photo_note(alert.photo_kind, alert.photo_year)
    agency = cut(alert.agency or phrases.agency)
    return {
        **beginning,
        "last_seen": phrases.last_seen.format(what=cut(alert.last_seen)) if alert.last_seen else "",
        "place": place,
        "similarity": _similarity(alert, phrases),
        "photo": phrases.matched_on.format(photo=photo) if photo else "",
        "call": phrases.call.format(agency=agency, phone=cut(alert.phone)) if alert.phone else "",
        "reply": phrases.reply.format(code=alert.code) if alert.code else "",
    }


def _place(alert: Alert, phrases: Phrases) -> str:
    """Choose the sentence that claims no more than is known: only a recent picture shows where somebody is now.

    A camera sends at once, so what just arrived from one whose clock is not set is recent. The sentence says so.
    """
    is_over = alert.is_past or alert.kind is NoticeKind.RECALL
    if alert.time_doubt:
        is_now = alert.time_doubt is TimeDoubt.UNSYNCED and not is_over
        sentence = phrases.now_at if is_now else phrases.received_from
        return f"{sentence} ({phrases.time_doubts[alert.time_doubt]})"
    return phrases.seen_at if is_over else phrases.now_at


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
    shots, strength = phrases.shot_count(alert.shots), phrases.strengths[alert.strength]
    return phrases.similarity.format(similarity=alert.similarity, strength=strength, shots=shots)
