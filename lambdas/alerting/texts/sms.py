"""The text message of an alert: at most 3 segments of GSM-7, however long the texts of the case are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.alerting.texts.defuse import inert
from lambdas.alerting.texts.gsm7 import segments, to_gsm7
from lambdas.cases.readable import readable_phone
from lambdas.common.trusted_time import TimeDoubt
from lambdas.encounters.notice import ENDINGS, NoticeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lambdas.alerting.alert import Alert
    from lambdas.alerting.texts.languages.phrases import Phrases

MAX_SEGMENTS = 3
# Maximum length of each text of the case, and whether the age has its year, tried in this order.
_VERSIONS = ((60, True), (40, True), (40, False), (30, False), (20, False), (12, False))
# A telephone number with its extension is never cut to less.
_MIN_PHONE = 26
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
    for limit, has_years in _VERSIONS:
        yield (shortest := _sentences(alert, phrases, headline, limit, has_years=has_years))
    for count in range(1, len(_OPTIONAL) + 1):
        dropped = _OPTIONAL[:count]
        yield {name: sentence for name, sentence in shortest.items() if name not in dropped}


def _sentences(alert: Alert, phrases: Phrases, headline: str, limit: int, *, has_years: bool) -> dict[str, str]:
    """Render the sentences in order, by name. Each text of the case has at most `limit` characters.

    `has_years` adds the year and the age now to the age when missing.
    """

    def cut(text: str) -> str:
        return text if len(text) <= limit else text[: limit - 3] + "..."

    is_brief = alert.kind in {*ENDINGS, NoticeKind.DIGEST}
    place = _place(alert, phrases).format(site=cut(alert.site), time=phrases.notation.dates(alert.seen_at))
    beginning = {"headline": headline.upper(), "person": _person(alert, phrases, cut, has_years=has_years)}
    if is_brief:
        return {**beginning, "place": place}
    photo = phrases.photo_note(alert.photo_kind, alert.photo_year)
    agency, last_seen = cut(alert.agency or phrases.agency), phrases.last_seen_facts(alert)
    phone = readable_phone(alert.phone or "")[: max(limit, _MIN_PHONE)]
    return {
        **beginning,
        "last_seen": phrases.last_seen.format(what=cut(last_seen)) if last_seen else "",
        "place": place,
        "similarity": phrases.graded(phrases.similarity, alert),
        "photo": phrases.matched_on.format(photo=photo) if photo else "",
        "call": phrases.call.format(agency=agency, phone=phone) if alert.phone else "",
        "reply": phrases.reply.format(code=alert.code) if alert.code else "",
    }


def _place(alert: Alert, phrases: Phrases) -> str:
    """Choose the sentence that claims no more than is known: a time that is not believed is one of arrival.

    A camera sends at once, so what just arrived from one whose clock is not set was seen about then.
    """
    if alert.time_doubt is None:
        return phrases.seen_at
    is_over = alert.is_past or alert.kind in ENDINGS
    was_just_seen = alert.time_doubt is TimeDoubt.UNSYNCED and not is_over
    sentence = phrases.seen_at if was_just_seen else phrases.received_from
    return f"{sentence} ({phrases.time_doubts[alert.time_doubt]})"


def _person(alert: Alert, phrases: Phrases, cut: Callable[[str], str], *, has_years: bool) -> str:
    age = (phrases.years_of(alert) if has_years else cut(alert.age)) if alert.age else None
    parts = (
        cut(alert.name or phrases.name_not_known),
        cut(alert.case_id.partition(":")[2]),
        phrases.minor if alert.is_minor else "",
        cut(phrases.sexes.get(alert.sex, alert.sex)) if alert.sex else "",
        phrases.age.format(age=age) if age else "",
    )
    return ", ".join(part for part in parts if part)
