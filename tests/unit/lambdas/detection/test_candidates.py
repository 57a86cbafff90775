"""Candidates of a capture: thresholds, ranking and runner-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas.cases.case import Case, CrossReference, PhotoKind, SourcePhoto
from lambdas.detection.candidates import candidates_among, likenesses_by_case
from lambdas.encounters.encounter import RunnerUp
from lambdas.encounters.policy import Policy, Thresholds

if TYPE_CHECKING:
    from lambdas.detection.candidates import Candidate

POLICY = Policy(kinds={PhotoKind.ARTIST: Thresholds(90, 99, 99)})


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


def test_alerting_portrait_outranks_more_similar_drawing() -> None:
    [found] = candidates({"a:1:portrait": 97.5, "a:1:drawing": 98.0}, case("a", "1"))
    assert (found.photo_id, found.similarity, found.alerting, found.photos) == ("portrait", 97.5, True, 2)


def test_drawing_has_stricter_thresholds() -> None:
    assert candidates({"a:1:drawing": 89.9}, case("a", "1")) == []
    [found] = candidates({"a:1:drawing": 98.9}, case("a", "1"))
    assert not found.alerting
    [found] = candidates({"a:1:drawing": 99.0}, case("a", "1"))
    assert found.alerting


def test_runner_up_need_not_be_a_candidate() -> None:
    first, second = candidates(
        {"a:1:portrait": 97.0, "b:2:drawing": 89.0, "c:3:portrait": 91.0},
        case("a", "1"),
        case("b", "2"),
        case("c", "3"),
    )
    assert first.runner_up == RunnerUp(case_id="c:3", similarity=91.0)
    assert second.runner_up == RunnerUp(case_id="a:1", similarity=97.0)


def test_same_person_in_another_source_is_not_runner_up() -> None:
    number = (CrossReference(kind="ncmec", value="NCMC1"),)
    one, other = case("namus", "1", cross_references=number), case("ncmec", "NCMC1")
    assert [
        found.runner_up for found in candidates({"namus:1:portrait": 97, "ncmec:NCMC1:portrait": 96}, one, other)
    ] == [
        None,
        None,
    ]
