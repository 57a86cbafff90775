from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from lambdas.alerting.alert import Alert, compose_alert
from lambdas.alerting.gsm7 import segments
from lambdas.common.case import Case, LastSeen, Name
from lambdas.common.encounter import Encounter, NoticeKind, Sighting, Timeline
from tests.unit.stories import MARLOWE

AT = "2026-11-23T02:59:59.000Z"


def alert_of(case: Case = MARLOWE, *, photo_id: str = "910101", site: str = "North Station, hall") -> Alert:
    seen: dict[str, Any] = {"captured_at": AT, "photo_id": photo_id}
    encounter = Encounter(
        encounter_id="0123456789abcdef",
        case_id=case.case_id,
        camera="cam-01",
        started_at=AT,
        sightings={
            "c-1": Sighting(similarity=91.0, key="encounters/e/c-1.jpg", **seen),
            "c-2": Sighting(similarity=97.25, key="encounters/e/c-2.jpg", **seen),
        },
        link_token="a-secret",
        timeline=Timeline(captured_at=AT, received_at=AT, searched_at=AT, encountered_at=AT),
    )
    return compose_alert(encounter, case, kind=NoticeKind.FIRST, site=site, base="https://console.example")


def test_the_text_message_says_all_that_one_needs_to_act() -> None:
    assert alert_of().sms() == (
        "POSSIBLE MATCH, NOT VERIFIED. Marlowe Quill Exampleton, MP900101, male, age 37. "
        "Last seen 2021-02-27 Nowhere Falls, OR. Now at North Station, hall 2026-11-23 02:59 UTC. "
        "Similarity 97.2 (fair). Call Nowhere Falls Police Department +15035550142. https://console.example/e/0123456789abcdef/a-secret"
    )


def test_a_match_on_an_age_progressed_picture_says_so() -> None:
    alert = alert_of(photo_id="910102")
    assert "Matched on an age-progressed picture" in alert.sms()
    assert "an age-progressed picture" in alert.email()


def test_what_is_unknown_is_left_out() -> None:
    text = alert_of(Case(case_id="own:1", source="own", source_id="1"), site="cam-01").sms()
    assert text == (
        "POSSIBLE MATCH, NOT VERIFIED. Name not known, 1. Now at cam-01 2026-11-23 02:59 UTC. Similarity 97.2 (fair). "
        "https://console.example/e/0123456789abcdef/a-secret"
    )


@pytest.mark.parametrize("letter", ["x", "€", "東", "ß"])
def test_the_longest_case_fits_three_segments_and_keeps_the_link(letter: str) -> None:
    long = letter * 500
    case = msgspec.structs.replace(
        MARLOWE, names=(Name(given=long, family=long),), last_seen=LastSeen(date="2021", city=long, region=long)
    )
    text = alert_of(case, photo_id="910102", site=long).sms()
    assert segments(text) <= 3
    assert text.endswith("https://console.example/e/0123456789abcdef/a-secret")
    assert "+15035550142" in text
    assert "Similarity" in text


def test_the_email_has_a_fact_a_line() -> None:
    lines = alert_of().email().splitlines()
    assert lines[0].startswith("Possible match, not verified.")
    assert "Agency case number: NF-2021-00417" in lines
    assert "Camera: North Station, hall (cam-01)" in lines
    assert "Similarity: 97.2 of 100" in lines


def test_the_document_is_for_machines() -> None:
    alert = alert_of()
    document = json.loads(alert.document("notice#1"))
    assert document["alert_id"] == "notice#1"
    assert document["verified"] is False
    assert document["similarity"] == 97.25
    assert document["text"] == alert.sms()
    assert "photo_note" not in document
