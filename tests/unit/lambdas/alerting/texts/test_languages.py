"""Every text in every language, with any text in the case: GSM-7, at most three segments, the whole link."""

from __future__ import annotations

import dataclasses
import re
import string
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, get_args
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from agencies.alerting import Language
from lambdas.alerting.alert import Alert, compose_alert
from lambdas.alerting.answer import ReplyAnswer
from lambdas.alerting.budget import BudgetWarning, FloodWarning
from lambdas.alerting.texts.gsm7 import segments, septets
from lambdas.alerting.texts.languages import PHRASES
from lambdas.alerting.texts.render import Texts, render
from lambdas.cases.case import Case, InvestigatingAgency, LastSeen, Name, PhotoKind, Range, SourcePhoto
from lambdas.encounters.decision import Grounds
from lambdas.encounters.encounter import Encounter, RunnerUp, Sighting, Timeline
from lambdas.encounters.evidence import Ground, Strength
from lambdas.encounters.notice import NoticeKind
from lambdas.encounters.reasons import Against

if TYPE_CHECKING:
    from lambdas.alerting.texts.languages.phrases import Phrases

AT = "2026-11-23T02:59:59.000Z"
# The longest link base that the agency file allows.
BASE = "https://" + "x" * 104 + ".example"
LINK = f"{BASE}/e/0123456789abcdef/{'t' * 16}"
ALERT_KINDS = [kind for kind in NoticeKind if kind not in {NoticeKind.BUDGET, NoticeKind.FLOOD, NoticeKind.ANSWER}]


def alert_with(text: str, kind: NoticeKind, photo: PhotoKind = PhotoKind.AGE_PROGRESSION) -> Alert:
    """Compose an alert whose every text is this one."""
    case = Case(
        case_id=f"own:{'9' * 100}",
        source="own",
        source_id="9" * 100,
        names=(Name(given=text, family=text),),
        sex=text,
        age_when_missing=Range(min=1234567, max=2345678),
        last_seen=LastSeen(date="2021-02-27", city=text, region=text),
        agencies=(InvestigatingAgency(name=text, phone_raw=text, case_number=text),),
        photos=(SourcePhoto(photo_id="1", url="https://source.example/1", kind=photo, taken_year=2009),),
    )
    sighting = Sighting(
        similarity=99.99, captured_at=AT, key="k", photo_id="1", runner_up=RunnerUp(case_id="own:2", similarity=99)
    )
    encounter = Encounter(
        encounter_id="0123456789abcdef",
        case_id=case.case_id,
        camera="cam",
        started_at=AT,
        sightings={f"c-{number}": msgspec.structs.replace(sighting) for number in range(2)},
        timeline=Timeline(captured_at=AT, received_at=AT, searched_at=AT, encountered_at=AT),
        link_token="t" * 16,
    )
    return compose_alert(
        encounter,
        case,
        kind=kind,
        site=text or "cam",
        link_base=BASE,
        zone=ZoneInfo("America/St_Johns"),
        created_at=datetime(2026, 11, 24, 2, 59, tzinfo=UTC),
        is_minor=True,
        takes_replies=True,
    )


def rendered(message: Alert | BudgetWarning | FloodWarning | ReplyAnswer, language: str) -> Texts:
    return render(message, alert_id="notice#1", language=language)


@pytest.mark.parametrize("language", PHRASES)
@given(kind=some.sampled_from(ALERT_KINDS), text=some.text(max_size=300), photo=some.sampled_from(PhotoKind))
def test_sms_is_three_segments_of_gsm7_with_the_whole_link(
    language: str, kind: NoticeKind, text: str, photo: PhotoKind
) -> None:
    sms = rendered(alert_with(text, kind, photo), language).sms
    assert septets(sms) > 0
    assert segments(sms) <= 3
    assert sms.endswith(LINK)


# Text, and the parts of links and markup in any order.
HOSTILE = some.text(max_size=100) | some.lists(
    some.sampled_from(
        ["evil", ".", "example", "://", "www", "@", "/", "tel", ":", "5005550100", "\n", "\u202e", "\u200b", " "]
    ),
    max_size=30,
).map("".join)
FOREIGN_LINK = re.compile(r"[^\W\d_]\w*:[\w/+]|//|[^\s.]\.[^\W\d_]{2}|\S@\S|\d{7}")


@pytest.mark.parametrize("language", PHRASES)
@given(kind=some.sampled_from(ALERT_KINDS), text=HOSTILE)
def test_texts_have_no_controls_and_no_link_but_ours(language: str, kind: NoticeKind, text: str) -> None:
    # The agency's number is meant to be tapped.
    texts = rendered(dataclasses.replace(alert_with(text, kind), phone=None, case_number=None), language)
    for way_out in (texts.sms, *texts.email.splitlines()):
        without_ours = re.sub(rf"{LINK}[\w./]*|(?<=\b)own:9*|9999+|(?<=: )notice", "", way_out)
        assert not any(unicodedata.category(each) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for each in without_ours)
        assert FOREIGN_LINK.search(without_ours) is None


@pytest.mark.parametrize("kind", ALERT_KINDS)
@pytest.mark.parametrize("language", PHRASES)
@pytest.mark.parametrize("letter", ["W", "€", "é", "東", "🚨"])
def test_longest_sms_keeps_headline_code_and_minor(language: str, kind: NoticeKind, letter: str) -> None:
    sms = rendered(alert_with(letter * 500, kind), language).sms
    assert segments(sms) <= 3
    assert sms.startswith(
        PHRASES[language].headlines[kind].partition(":")[0].partition("{")[0].upper()[:6].replace("É", "É")
    )
    if kind in {NoticeKind.FIRST, NoticeKind.BETTER_SHOT, NoticeKind.ESCALATION}:
        assert "ACK 012345" in sms
        assert PHRASES[language].minor in sms


@pytest.mark.parametrize("language", PHRASES)
def test_budget_warning_fits_two_segments(language: str) -> None:
    texts = rendered(BudgetWarning(day="2026-11-23", limit=5000), language)
    assert segments(texts.sms) <= 2
    assert "5000" in texts.sms
    assert "2026-11-23" in texts.document
    assert "2026" in texts.email
    assert "2026-11-23" not in texts.email


@pytest.mark.parametrize("language", PHRASES)
def test_flood_warning_names_the_camera_and_its_site(language: str) -> None:
    texts = rendered(FloodWarning(camera="cam-01", site="North Station"), language)
    assert segments(texts.sms) <= 2
    assert "cam-01" in texts.sms
    assert "North Station" in texts.email
    assert '"kind":"flood","camera":"cam-01","site":"North Station"' in texts.document


@pytest.mark.parametrize("language", PHRASES)
def test_answer_to_a_reply_is_one_segment_with_an_example(language: str) -> None:
    texts = rendered(ReplyAnswer(), language)
    assert segments(texts.sms) == 1
    assert "ACK 3F9A2C." in texts.sms
    assert '"kind":"answer"' in texts.document


@pytest.mark.parametrize("language", PHRASES)
@given(kind=some.sampled_from(ALERT_KINDS), text=some.text(max_size=200))
def test_subject_is_one_line_of_ascii_under_100(language: str, kind: NoticeKind, text: str) -> None:
    subject = rendered(dataclasses.replace(alert_with("x", kind), case_id=text), language).subject
    assert subject.isascii()
    assert subject.isprintable()
    assert 0 < len(subject) < 100
    assert subject[0].isalnum()


def fields_by_phrase(phrases: Phrases) -> dict[str, set[str]]:
    """Collect the parts in braces of each phrase."""

    def of(value: Any, path: str) -> dict[str, set[str]]:
        if isinstance(value, dict):
            return {name: found for key, each in value.items() for name, found in of(each, f"{path}.{key}").items()}
        return {path: {field for _, field, _, _ in string.Formatter().parse(value) if field}}

    flat = dataclasses.asdict(phrases)
    return {name: found for key, value in flat.items() for name, found in of(value, key).items()}


def test_languages_have_the_same_phrases_and_fields() -> None:
    assert PHRASES.keys() == set(get_args(Language))
    for phrases in PHRASES.values():
        assert fields_by_phrase(phrases) == fields_by_phrase(PHRASES["en"])
        assert phrases.headlines.keys() == set(NoticeKind)
        assert phrases.strengths.keys() == set(Strength)
        assert phrases.grounds.keys() == set(Ground)
        assert phrases.reasons.why.keys() == {None, *Grounds}
        assert phrases.reasons.weaknesses.keys() == set(Against)
        assert len(phrases.notation.months.split()) == 12
        labels = dataclasses.asdict(phrases.labels).values()
        assert len(set(labels)) == len(labels), "two lines of an e-mail with the same label would become one"
