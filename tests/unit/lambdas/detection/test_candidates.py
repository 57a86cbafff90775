from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.cases.case import Case, CrossReference, PhotoKind, SourcePhoto
from lambdas.detection.candidates import candidates_among, likenesses_by_case
from lambdas.encounters.encounter import Encounter, RunnerUp, Sighting, Timeline
from lambdas.encounters.evidence import Strength, evidence_of
from lambdas.encounters.policy import Policy, Thresholds

if TYPE_CHECKING:
    from lambdas.detection.candidates import Candidate

POLICY = Policy(kinds={PhotoKind.ARTIST: Thresholds(90, 99)})
AT = "2026-11-23T02:59:59.000Z"


def case(source: str, number: str, **known: Any) -> Case:
    photos = (
        SourcePhoto(photo_id="portrait", url="https://source.example/1"),
        SourcePhoto(photo_id="drawing", url="https://source.example/2", kind=PhotoKind.ARTIST),
    )
    return Case(case_id=f"{source}:{number}", source=source, source_id=number, photos=photos, **known)


def candidates(matches: dict[str, float], *cases: Case) -> list[Candidate]:
    faces: Any = [
        {"Similarity": similarity, "Face": {"ExternalImageId": image}} for image, similarity in matches.items()
    ]
    return candidates_among(likenesses_by_case(faces), cases, POLICY)


def test_a_portrait_that_alerts_speaks_for_its_case_before_a_drawing_that_does_not() -> None:
    [found] = candidates({"a:1:portrait": 95.5, "a:1:drawing": 98.0}, case("a", "1"))
    assert (found.photo_id, found.similarity, found.alerting, found.photos) == ("portrait", 95.5, True, 2)


def test_a_drawing_needs_more_to_be_reviewed_and_to_alert() -> None:
    assert candidates({"a:1:drawing": 89.9}, case("a", "1")) == []
    [found] = candidates({"a:1:drawing": 98.9}, case("a", "1"))
    assert not found.alerting
    [found] = candidates({"a:1:drawing": 99.0}, case("a", "1"))
    assert found.alerting


def test_the_next_case_is_named_with_each_candidate_also_one_that_is_none_itself() -> None:
    first, second = candidates(
        {"a:1:portrait": 97.0, "b:2:drawing": 89.0, "c:3:portrait": 91.0},
        case("a", "1"),
        case("b", "2"),
        case("c", "3"),
    )
    assert first.runner_up == RunnerUp(case_id="c:3", similarity=91.0)
    assert second.runner_up == RunnerUp(case_id="a:1", similarity=97.0)


def test_the_same_person_in_another_source_is_no_runner_up() -> None:
    number = (CrossReference(kind="ncmec", value="NCMC1"),)
    one, other = case("namus", "1", cross_references=number), case("ncmec", "NCMC1")
    assert [
        found.runner_up for found in candidates({"namus:1:portrait": 97, "ncmec:NCMC1:portrait": 96}, one, other)
    ] == [
        None,
        None,
    ]


def encounter(*similarities: float, runner_up: float | None = None, alert: float = 95) -> Encounter:
    sightings = {
        f"c-{number}": Sighting(
            similarity=similarity,
            captured_at=AT,
            key="encounters/e/c.jpg",
            photo_id="1",
            photos=number,
            alerting=similarity >= alert,
            runner_up=None if runner_up is None else RunnerUp(case_id="b:2", similarity=runner_up),
        )
        for number, similarity in enumerate(similarities, start=1)
    }
    times = Timeline(captured_at=AT, received_at=AT, searched_at=AT, encountered_at=AT)
    return Encounter(encounter_id="e", case_id="a:1", camera="cam", started_at=AT, sightings=sightings, timeline=times)


def test_evidence_sums_up_the_shots() -> None:
    evidence = evidence_of(encounter(96.0, 99.0, 90.0, runner_up=92.5))
    assert (evidence.best, evidence.mean, evidence.shots, evidence.alerting_shots) == (99.0, 95.0, 3, 2)
    assert (evidence.photos, evidence.margin) == (3, 6.5)


def test_the_strength_is_strong_with_two_alerting_shots_and_nobody_near() -> None:
    assert evidence_of(encounter(96, 97)).strength is Strength.STRONG
    assert evidence_of(encounter(96, 97, runner_up=92)).strength is Strength.STRONG
    assert evidence_of(encounter(96, 97, runner_up=92.5)).strength is Strength.FAIR
    assert evidence_of(encounter(99)).strength is Strength.FAIR
    assert evidence_of(encounter(96, 97, runner_up=95.5)).strength is Strength.WEAK
    assert evidence_of(encounter(96, runner_up=98)).strength is Strength.WEAK


def test_a_record_of_before_these_members_still_reads() -> None:
    old = msgspec.to_builtins(encounter(96))
    for name in ("photos", "alerting"):
        old["sightings"]["c-1"].pop(name, None)
    assert evidence_of(msgspec.convert(old, type=Encounter)).alerting_shots == 0
