from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from lambdas.alerting.alert import compose_alert
from lambdas.alerting.texts.gsm7 import segments, to_gsm7
from lambdas.alerting.texts.languages import PHRASES
from lambdas.alerting.texts.render import Texts, render
from lambdas.cases.case import Case, LastSeen, Name, SourcePhoto
from lambdas.common.trusted_time import TimeDoubt
from lambdas.encounters.encounter import Encounter, RunnerUp, Sighting, Timeline
from lambdas.encounters.notice import NoticeKind
from tests.support.stories import MARLOWE

AT = "2026-11-23T02:59:59.000Z"
ALERT_KINDS = [kind for kind in NoticeKind if kind not in {NoticeKind.BUDGET, NoticeKind.FLOOD, NoticeKind.ANSWER}]
LINK = "https://console.example/e/0123456789abcdef/a-secret"


def encounter_of(case: Case = MARLOWE, *, photo_id: str = "910101", **members: Any) -> Encounter:
    seen: dict[str, Any] = {"photo_id": photo_id}
    return Encounter(
        encounter_id="0123456789abcdef",
        case_id=case.case_id,
        camera="cam-01",
        started_at=AT,
        sightings={
            "c-1": Sighting(
                similarity=91.0, key="encounters/e/c-1.jpg", captured_at="2026-11-23T03:08:59.000Z", **seen
            ),
            "c-2": Sighting(
                similarity=97.25,
                key="encounters/e/c-2.jpg",
                captured_at=AT,
                runner_up=RunnerUp(case_id="namus:MP900999", similarity=94.0),
                **seen,
            ),
        },
        link_token="a-secret",
        timeline=Timeline(captured_at=AT, received_at=AT, searched_at=AT, encountered_at=AT),
        **members,
    )


def texts_of(
    case: Case = MARLOWE,
    *,
    photo_id: str = "910101",
    site: str = "North Station, hall",
    kind: NoticeKind = NoticeKind.FIRST,
    language: str = "en",
    alert_id: str = "1",
    **options: Any,
) -> Texts:
    encounter = encounter_of(case, photo_id=photo_id, alerted_at=AT, alerted_sightings=1)
    alert = compose_alert(encounter, case, kind=kind, site=site, link_base="https://console.example", **options)
    return render(alert, alert_id=alert_id, language=language)


def test_sms_has_every_fact_to_act_on() -> None:
    assert texts_of().sms == (
        "POSSIBLE MATCH, NOT VERIFIED. Marlowe Quill Exampleton, MP900101, male, "
        "age 37 when missing in 2021 (about 43 now). Last seen Feb 27, 2021, Nowhere Falls, OR. "
        "Seen at North Station, hall, Nov 23, 2026 02:59 UTC. Similarity 97.2, fair (2 images: another case is near). "
        f"Call Nowhere Falls Police Department (503) 555-0142. {LINK}"
    )


def test_times_are_in_the_agencys_zone_and_name_it() -> None:
    assert "Seen at North Station, hall, Nov 22, 2026 19:59 MST." in texts_of(zone=ZoneInfo("America/Denver")).sms
    assert "Vista: 23 nov 2026 03:59 CET" in texts_of(zone=ZoneInfo("Europe/Madrid"), language="es").email


def test_document_says_after_15_minutes_that_it_is_past() -> None:
    """A camera was offline, quiet hours delayed the alert, or a recording or a later case caused it."""
    minute = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    after = {minutes: texts_of(now=minute + timedelta(minutes=minutes)) for minutes in (14, 16)}
    assert [json.loads(texts.document)["is_past"] for texts in after.values()] == [False, True]


@pytest.mark.parametrize(
    ("language", "place"),
    [
        ("en", "Seen at North Station, hall, Nov 23, 2026 02:59 UTC"),
        ("es", "Vista en North Station, hall, 23 nov 2026 02:59 UTC"),
        ("fr", "Vue à North Station, hall, 23 nov. 2026 02:59 UTC"),
    ],
)
def test_place_of_an_old_picture_has_its_date(language: str, place: str) -> None:
    months_later = datetime(2027, 2, 20, 3, 0, tzinfo=UTC)
    texts = texts_of(language=language, now=months_later)
    assert place in texts.sms
    assert json.loads(texts.document)["is_past"] is True
    digest = texts_of(language=language, now=months_later, kind=NoticeKind.DIGEST).sms
    assert PHRASES[language].notation.dates("2026-11-23 03:08 UTC").upper() in digest


@pytest.mark.parametrize("doubt", TimeDoubt)
@pytest.mark.parametrize("language", PHRASES)
def test_doubted_time_is_a_time_of_arrival_with_its_reason(language: str, doubt: TimeDoubt) -> None:
    phrases = PHRASES[language]
    encounter = encounter_of(alerted_at=AT)
    for capture_id, sighting in encounter.sightings.items():
        encounter.sightings[capture_id] = msgspec.structs.replace(sighting, time_doubt=doubt)
    alert = compose_alert(encounter, MARLOWE, kind=NoticeKind.FIRST, site="Dock", link_base="https://console.example")
    texts = render(alert, alert_id="1", language=language)
    minute = phrases.notation.dates("2026-11-23 02:59 UTC")
    sentence = phrases.seen_at if doubt is TimeDoubt.UNSYNCED else phrases.received_from
    received = sentence.format(time=minute, site="Dock")
    assert to_gsm7(f"{received} ({phrases.time_doubts[doubt]})") in texts.sms
    assert f"{phrases.labels.received_at}: {minute} ({phrases.time_doubts[doubt]})" in texts.email
    assert json.loads(texts.document)["time_doubt"] == doubt


def test_late_alert_of_an_unset_clock_says_received() -> None:
    encounter = encounter_of(alerted_at=AT)
    for capture_id, sighting in encounter.sightings.items():
        encounter.sightings[capture_id] = msgspec.structs.replace(sighting, time_doubt=TimeDoubt.UNSYNCED)
    later = datetime(2026, 11, 23, 3, 16, tzinfo=UTC)
    alert = compose_alert(
        encounter, MARLOWE, kind=NoticeKind.FIRST, site="Dock", link_base="https://console.example", now=later
    )
    assert "Received from Dock, Nov 23, 2026 02:59 UTC" in render(alert, alert_id="1", language="en").sms


def test_sms_starts_with_the_kind_of_notice() -> None:
    created_at = datetime(2026, 11, 23, 3, 15, tzinfo=UTC)
    zone = ZoneInfo("America/Denver")
    starts = {kind: texts_of(kind=kind, created_at=created_at, zone=zone).sms.split(". ")[0] for kind in ALERT_KINDS}
    assert starts == {
        NoticeKind.FIRST: "POSSIBLE MATCH, NOT VERIFIED",
        NoticeKind.BETTER_SHOT: "BETTER IMAGE OF A POSSIBLE MATCH, NOT VERIFIED",
        NoticeKind.DIGEST: "POSSIBLE MATCH, NOT VERIFIED: 1 MORE SIGHTING UNTIL 20:08 MST, BEST 97.2",
        NoticeKind.ESCALATION: "NOBODY HAS ACKNOWLEDGED IN 15 MIN: POSSIBLE MATCH, NOT VERIFIED",
        NoticeKind.RECALL: "CASE CLOSED, STAND DOWN",
        NoticeKind.STAND_DOWN: "NOT THE MISSING PERSON, STAND DOWN",
    }


def test_recall_names_person_and_place_without_pictures() -> None:
    texts = texts_of(kind=NoticeKind.RECALL)
    assert texts.sms == (
        "CASE CLOSED, STAND DOWN. Marlowe Quill Exampleton, MP900101, male, "
        f"age 37 when missing in 2021 (about 43 now). Seen at North Station, hall, Nov 23, 2026 02:59 UTC. {LINK}"
    )
    assert ".jpg" not in texts.email


def test_minor_is_marked() -> None:
    assert "MP900101, MINOR, male" in texts_of(is_minor=True).sms
    assert "Menor: MENOR" in texts_of(is_minor=True, language="es").email


def test_reply_code_is_the_start_of_the_encounter_id() -> None:
    assert "Reply ACK 012345. https" in texts_of(takes_replies=True).sms
    assert "Responda ACK 012345. https" in texts_of(takes_replies=True, language="es").sms


def test_known_year_of_the_photo_is_named() -> None:
    photos = (SourcePhoto(photo_id="910101", url="https://source.example/1", taken_year=2009),)
    case = msgspec.structs.replace(MARLOWE, photos=photos)
    assert "Matched on a photo of 2009." in texts_of(case).sms
    assert "Coincide con: una foto de 2009" in texts_of(case, language="es").email


def test_subject_fits_the_rules_of_sns() -> None:
    subject = texts_of(kind=NoticeKind.DIGEST, language="fr").subject
    assert subject.startswith("Correspondance possible, non verifiee : 1 autre signalement jusqu'a 03:08 UTC")
    assert len(subject) <= 99
    assert texts_of().subject == "Possible match, not verified: namus:MP900101"


def test_match_on_an_age_progressed_picture_is_named() -> None:
    texts = texts_of(photo_id="910102")
    assert "Matched on an age-progressed picture" in texts.sms
    assert "an age-progressed picture" in texts.email


def test_unknown_facts_are_left_out() -> None:
    texts = texts_of(Case(case_id="own:1", source="own", source_id="1"), site="cam-01")
    assert texts.sms == (
        "POSSIBLE MATCH, NOT VERIFIED. Name not known, 1. Seen at cam-01, Nov 23, 2026 02:59 UTC. "
        f"Similarity 97.2, fair (2 images: another case is near). {LINK}"
    )


@pytest.mark.parametrize("letter", ["x", "€", "東", "ß"])
def test_longest_case_fits_three_segments_with_the_link(letter: str) -> None:
    long = letter * 500
    case = msgspec.structs.replace(
        MARLOWE, names=(Name(given=long, family=long),), last_seen=LastSeen(date="2021", city=long, region=long)
    )
    text = texts_of(case, photo_id="910102", site=long).sms
    assert segments(text) <= 3
    assert text.endswith("https://console.example/e/0123456789abcdef/a-secret")
    assert "(503) 555-0142" in text
    assert "Similarity" in text


def test_email_has_one_fact_a_line() -> None:
    lines = texts_of().email.splitlines()
    assert lines[0].startswith("Possible match, not verified.")
    assert "Agency case number: NF-2021-00417" in lines
    assert "Camera: North Station, hall (cam-01)" in lines
    assert "Similarity: 97.2 / 100, fair (2 images: another case is near)" in lines
    assert "Mean of all images: 94.1" in lines
    assert "Other case: namus:MP900999 is next, 3.2 points lower" in lines
    assert f"Picture of the sighting (the link expires): {LINK}/seen.jpg" in lines
    assert f"Photo of the case (the link expires): {LINK}/photo.jpg" in lines


HOSTILE = {
    "names": (Name(given="Ann\nReview: https://evil.example/x", family="Alder"),),
    "last_seen": LastSeen(date="2026-01-01", city="Nowhere\r\nAgency phone: +15005550100", region="OR"),
    "sex": "female\u2028Case: own:2",
}


def test_fact_with_line_breaks_stays_one_line() -> None:
    texts = texts_of(msgspec.structs.replace(MARLOWE, **HOSTILE), site="Hall\u202e\x85Camera: other")
    lines = texts.email.splitlines()
    assert sum(line.startswith("Review: ") for line in lines) == 1
    assert sum(line.startswith("Agency phone: ") for line in lines) == 1
    assert "Name: Ann Review: evil. example/x Alder" in lines
    assert "Camera: Hall Camera: other (cam-01)" in lines
    assert "\n" not in texts.sms


def test_no_link_but_ours_can_be_tapped() -> None:
    case = msgspec.structs.replace(
        MARLOWE, **HOSTILE, case_id="own:evil.example", source="own", source_id="evil.example"
    )
    texts = texts_of(case, site="evil.example/x tel:+15005550100")
    for text in (texts.sms, texts.email):
        assert "evil.example" not in text
        assert "5005550100" not in text
        assert set(re.findall(r"https?://[^/\s]+", text)) == {"https://console.example"}


def test_name_that_an_sms_cannot_write_is_not_known() -> None:
    texts = texts_of(msgspec.structs.replace(MARLOWE, names=(Name(given="🚨🚨"),)), site="🚉")
    assert "Name not known, MP900101" in texts.sms
    assert "Seen at cam-01, Nov 23, 2026" in texts.sms


def test_name_in_any_script_is_readable() -> None:
    case = msgspec.structs.replace(MARLOWE, names=(Name(given="محمد", family="Nguyễn"),))
    assert "mhmd Nguyen, MP900101" in texts_of(case).sms
    assert "Name: محمد Nguyễn" in texts_of(case).email


def test_document_has_the_facts_as_json() -> None:
    texts = texts_of(alert_id="notice#1")
    document = json.loads(texts.document)
    assert document["alert_id"] == "notice#1"
    assert document["verified"] is False
    assert document["similarity"] == 97.25
    assert document["text"] == texts.sms
    assert document["captured_at"] == AT
    assert document["phone"] == "+15035550142"
    assert document["last_seen"] == "2021-02-27 Nowhere Falls, OR"
    assert document["kind"] == "first"
    assert "photo_year" not in document
    assert json.loads(texts_of(language="es").document)["headline"] == "Posible coincidencia, sin verificar"
