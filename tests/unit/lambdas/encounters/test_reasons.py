"""Why an encounter alerts, and what speaks against it."""

from __future__ import annotations

from typing import Any

import msgspec

from lambdas.cases.case import PhotoKind, Range, SourcePhoto
from lambdas.encounters.decision import Grounds
from lambdas.encounters.encounter import Encounter, RunnerUp, Sighting, Strictness, Timeline
from lambdas.encounters.evidence import Ground, Strength, evidence_of
from lambdas.encounters.reason_phrases import ENGLISH_REASONS
from lambdas.encounters.reasons import Against, others_of, reasons_of
from tests.support.stories import MARLOWE

AT = "2026-11-23T03:00:00.000Z"


def encounter(*sightings: dict[str, Any]) -> Encounter:
    known: dict[str, Any] = {
        "captured_at": AT, "key": "encounters/e/c.jpg", "photo_id": "1", "track": "t-1", "alone_threshold": 99
    }  # fmt: skip
    return Encounter(
        encounter_id="e",
        case_id=MARLOWE.case_id,
        camera="cam-01",
        started_at=AT,
        sightings={f"c-{number}": Sighting(**(known | each)) for number, each in enumerate(sightings)},
        timeline=Timeline(captured_at=AT, received_at=AT, searched_at=AT, encountered_at=AT),
    )


def sentence(of: Encounter) -> str:
    evidence = evidence_of(of)
    return ENGLISH_REASONS.sentence(reasons_of(of, MARLOWE), evidence.ground, "namus:MP2")


PAIR = ({"similarity": 97.5, "alerting": True}, {"similarity": 85, "captured_at": "2026-11-23T03:00:04.000Z"})


def test_two_images_that_agree_are_named_with_their_distance() -> None:
    assert sentence(encounter(*PAIR)) == "Two images 4 seconds apart agree; no other case is near."
    evidence = evidence_of(encounter(*PAIR))
    assert (evidence.ground, evidence.strength) == (Ground.IMAGES_AGREE, Strength.STRONG)


def test_one_image_is_not_enough_or_is_alone() -> None:
    assert sentence(encounter(PAIR[0])).startswith("For review only: no image is close enough alone, and no two agree;")
    alone = encounter({"similarity": 99.5, "alerting": True, "alone": True})
    assert sentence(alone) == "One image is close enough alone; no other case is near."
    photos = encounter({"similarity": 97.5, "alerting": True, "alone": True, "photos": 2})
    assert reasons_of(photos, None).grounds is Grounds.TWO_PHOTOS


def test_near_case_and_weaknesses_speak_against_a_match() -> None:
    near = {"similarity": 97.5, "alerting": True, "runner_up": RunnerUp(case_id="namus:MP2", similarity=96.5)}
    weak = {**near, "strictness": Strictness(look_alikes=0.5, photo_age=0.3)}
    assert sentence(encounter(weak, PAIR[1])) == (
        "Two images 4 seconds apart agree; another case looks almost as alike (namus:MP2). "
        "Against it: this case looks like many people, the photo is old."
    )
    child = msgspec.structs.replace(
        MARLOWE,
        age_when_missing=Range(min=9, max=9),
        photos=(SourcePhoto(photo_id="1", url="/1", kind=PhotoKind.ARTIST),),
    )
    assert reasons_of(encounter(*PAIR), child).against == (Against.CHILD, Against.NOT_A_PHOTO)


def test_unknown_time_gives_no_distance() -> None:
    doubted = encounter(PAIR[0], {**PAIR[1], "time_doubt": "undated"})
    assert reasons_of(doubted, None).seconds_apart is None
    assert sentence(doubted) == "Two images agree; no other case is near."


def test_other_cases_are_listed_once_the_nearest_first() -> None:
    first = {**PAIR[0], "others": (RunnerUp(case_id="a:1", similarity=90), RunnerUp(case_id="b:2", similarity=85))}
    second = {**PAIR[1], "others": (RunnerUp(case_id="b:2", similarity=95.25),)}
    assert others_of(encounter(first, second)) == ["b:2 (95.2)", "a:1 (90.0)"]
