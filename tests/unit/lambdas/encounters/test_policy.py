"""The policy that functions read, and its thresholds."""

from __future__ import annotations

import msgspec

from agencies.alerting import Alerting
from agencies.policy import policy_document
from agencies.settings import Matching, Retention, Settings
from agencies.settings import Thresholds as AgencyThresholds
from lambdas.cases.case import PhotoKind, Range
from lambdas.encounters.policy import Policy, Thresholds, read_policy
from tests.support.stories import MARLOWE

CHILD = msgspec.structs.replace(MARLOWE, age_when_missing=Range(min=9, max=9))
POLICY = Policy(
    base=Thresholds(80, 97, 99),
    minors=Thresholds(85, 98, 99.3),
    kinds={PhotoKind.ARTIST: Thresholds(82, 99, 99)},
    by_source={"namus": Thresholds(83, 96, 98)},
)


def test_strictest_applicable_threshold_wins() -> None:
    elsewhere = msgspec.structs.replace(MARLOWE, source="fbi")
    assert POLICY.thresholds_for(elsewhere, PhotoKind.PORTRAIT) == Thresholds(80, 97, 99)
    assert POLICY.thresholds_for(elsewhere, PhotoKind.ARTIST) == Thresholds(82, 99, 99)
    assert POLICY.thresholds_for(MARLOWE, PhotoKind.PORTRAIT) == Thresholds(83, 97, 99)
    assert POLICY.thresholds_for(CHILD, PhotoKind.PORTRAIT) == Thresholds(85, 98, 99.3)
    assert POLICY.thresholds_for(CHILD, PhotoKind.ARTIST) == Thresholds(85, 99, 99.3)


def test_policy_of_the_version_before_is_read() -> None:
    assert read_policy('{"base": {"review": 70, "alert": 90}}').base == Thresholds(70, 90, Thresholds().alone)


def test_cameras_own_thresholds_replace_the_base() -> None:
    policy = msgspec.structs.replace(POLICY, by_camera={"cam-07": Thresholds(70, 98, 99)})
    elsewhere = msgspec.structs.replace(MARLOWE, source="fbi")
    assert policy.at("cam-07").thresholds_for(elsewhere, PhotoKind.PORTRAIT) == Thresholds(70, 98, 99)
    assert policy.at("cam-07").thresholds_for(elsewhere, PhotoKind.ARTIST) == Thresholds(82, 99, 99)
    assert policy.at("cam-08") == policy


def test_agency_settings_become_the_functions_policy() -> None:
    settings = Settings(
        name="agency",
        environment="dev",
        display_name="Agency",
        contact="homeward@agency.example",
        matching=Matching(
            review_threshold=70,
            alert_threshold=90,
            encounter_window_minutes=5,
            by_source={"fbi": AgencyThresholds(review_threshold=75, alert_threshold=99)},
            by_camera={"cam-07": AgencyThresholds(review_threshold=60, alert_threshold=85)},
        ),
        alerting=Alerting(console_url="https://agency.example"),
        retention=Retention(encounter_days=40),
    )
    policy = read_policy(policy_document(settings))
    assert policy.base == Thresholds(70, 90, Thresholds().alone)
    assert policy.minors == Thresholds(85, 98, 99.3)
    assert policy.kinds == {
        PhotoKind.AGE_PROGRESSION: Thresholds(85, 98, 99.3),
        PhotoKind.ARTIST: Thresholds(90, 99, 99),
    }
    assert policy.by_source == {"fbi": Thresholds(75, 99, 99)}
    assert policy.by_camera == {"cam-07": Thresholds(60, 85, Thresholds().alone)}
    assert (policy.window_s, policy.wait_s, policy.kept_days) == (300, 5, 40)
    assert policy.escalate_after_s == 0
