from __future__ import annotations

from datetime import date

import msgspec
import pytest

from agencies.alerting import Alerting
from agencies.policy import policy_document
from agencies.settings import Matching, Retention, Settings
from agencies.settings import Thresholds as Given
from lambdas.cases.ages import is_minor, was_minor
from lambdas.cases.case import Case, LastSeen, Period, PhotoKind, Range
from lambdas.encounters.policy import Policy, Thresholds, read_policy
from tests.support.stories import MARLOWE

CHILD = msgspec.structs.replace(MARLOWE, age_when_missing=Range(min=9, max=9))
POLICY = Policy(
    base=Thresholds(80, 95),
    minors=Thresholds(85, 97),
    kinds={PhotoKind.ARTIST: Thresholds(82, 99)},
    by_source={"namus": Thresholds(83, 96)},
)


def test_the_strictest_of_all_that_apply_wins() -> None:
    elsewhere = msgspec.structs.replace(MARLOWE, source="fbi")
    assert POLICY.thresholds_for(elsewhere, PhotoKind.PORTRAIT) == Thresholds(80, 95)
    assert POLICY.thresholds_for(elsewhere, PhotoKind.ARTIST) == Thresholds(82, 99)
    assert POLICY.thresholds_for(MARLOWE, PhotoKind.PORTRAIT) == Thresholds(83, 96)
    assert POLICY.thresholds_for(CHILD, PhotoKind.PORTRAIT) == Thresholds(85, 97)
    assert POLICY.thresholds_for(CHILD, PhotoKind.ARTIST) == Thresholds(85, 99)


def test_the_functions_read_what_the_agencys_file_says() -> None:
    settings = Settings(
        name="agency",
        environment="dev",
        display_name="Agency",
        contact="homeward@agency.example",
        matching=Matching(
            review_threshold=70,
            alert_threshold=90,
            encounter_window_minutes=5,
            by_source={"fbi": Given(review_threshold=75, alert_threshold=99)},
        ),
        alerting=Alerting(console_url="https://agency.example"),
        retention=Retention(encounter_days=40),
    )
    policy = read_policy(policy_document(settings))
    assert policy.base == Thresholds(70, 90)
    assert policy.minors == Thresholds(85, 97)
    assert policy.kinds == {PhotoKind.AGE_PROGRESSION: Thresholds(85, 97), PhotoKind.ARTIST: Thresholds(90, 99)}
    assert policy.by_source == {"fbi": Thresholds(75, 99)}
    assert (policy.window_s, policy.kept_days) == (300, 40)
    assert policy.escalate_after_s == 0


@pytest.mark.parametrize(
    ("known", "was", "now"),
    [
        ({}, False, False),
        ({"age_when_missing": Range(min=17, max=17), "last_seen": LastSeen(date="2026-01-02")}, True, True),
        ({"age_when_missing": Range(min=9, max=11), "last_seen": LastSeen(date="1999")}, True, False),
        ({"age_when_missing": Range(min=18, max=18), "last_seen": LastSeen(date="2026-01-02")}, False, False),
        ({"age_when_missing": Range(max=16)}, True, True),
        ({"birth": Period(first="2010-05-01", last="2010-05-01"), "last_seen": LastSeen(date="2026")}, True, True),
        ({"birth": Period(first="2008-11-23", last="2008-11-23"), "last_seen": LastSeen(date="2026-11")}, False, False),
        ({"birth": Period(first="2008-11-24", last="2008-11-24"), "last_seen": LastSeen(date="2026-10")}, True, True),
    ],
)
def test_who_was_and_who_is_a_minor(known: dict[str, object], *, was: bool, now: bool) -> None:
    case = msgspec.convert({"case_id": "s:1", "source": "s", "source_id": "1"} | msgspec.to_builtins(known), type=Case)
    assert was_minor(case) is was
    assert is_minor(case, date(2026, 11, 23)) is now
