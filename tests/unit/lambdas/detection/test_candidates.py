"""Candidates of a capture: thresholds, ranking and runner-up."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from lambdas.cases.case import Case, CrossReference, LastSeen, PhotoKind, SourcePhoto
from lambdas.detection.candidates import candidates_among, likenesses_by_case, top_candidate
from lambdas.encounters.encounter import RunnerUp, Strictness
from lambdas.encounters.policy import Policy, Thresholds

if TYPE_CHECKING:
    from lambdas.detection.candidates import Candidate

POLICY = Policy(base=Thresholds(80, 97, 99), kinds={PhotoKind.ARTIST: Thresholds(90, 99, 99)})


def case(source: str, number: str, **known: Any) -> Case:
    photos = (
        SourcePhoto(photo_id="portrait", url="https://source.example/1"),
        SourcePhoto(photo_id="drawing", url="https://source.example/2", kind=PhotoKind.ARTIST),
    )
    return Case(case_id=f"{source}:{number}", source=source, source_id=number, photos=photos, **known)


def candidates(matches: dict[str, float], *cases: Case, **known: Any) -> list[Candidate]:
    faces: Any = [
        {"Similarity": similarity, "Face": {"ExternalImageId": image}} for image, similarity in matches.items()
    ]
    return candidates_among(likenesses_by_case(faces), cases, POLICY, on=date(2026, 11, 23), **known)


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


def test_one_case_that_looks_like_many_needs_more() -> None:
    """Its similarity is higher, but it does not hide the case that reaches its threshold."""
    matches = {"a:1:portrait": 98.4, "b:2:portrait": 97.2}
    known, other = candidates(matches, case("a", "1"), case("b", "2"), look_alikes={"a:1": 1.0})
    assert (known.case.case_id, known.thresholds) == ("b:2", Thresholds(80, 97, 99))
    assert (other.case.case_id, other.thresholds, other.alerting) == ("a:1", Thresholds(80, 98.5, 99.5), False)
    assert other.strictness == Strictness(look_alikes=1.0)


def test_old_photo_needs_more() -> None:
    old = case("a", "1", last_seen=LastSeen(date="1996-05"))
    [found] = candidates({"a:1:portrait": 97.5}, old)
    assert found.thresholds == Thresholds(80, 97.88, 99.29)


def test_top_candidate_stands_for_all_records_of_a_person() -> None:
    number = (CrossReference(kind="ncmec", value="NCMC1"),)
    one, other = case("namus", "1", cross_references=number), case("ncmec", "NCMC1")
    found = candidates({"namus:1:portrait": 97, "ncmec:NCMC1:portrait": 98}, one, other)
    top = top_candidate(found)
    assert top is not None
    assert top.case.case_id == "namus:1"
    assert [each.case_id for each in top.others] == ["ncmec:NCMC1"]


def test_known_case_that_is_nearer_outranks_a_new_one() -> None:
    found = candidates({"a:1:portrait": 99.5, "b:2:portrait": 99.1}, case("a", "1"), case("b", "2"))
    top = top_candidate(found, known={"a:1"})
    assert top is not None
    assert (top.case.case_id, top.is_outranked, top.alone) == ("b:2", True, False)
    nearest = top_candidate(found, known={"b:2"})
    assert nearest is not None
    assert (nearest.case.case_id, nearest.is_outranked, nearest.alone) == ("a:1", False, True)
    assert top_candidate(found, known={"a:1", "b:2"}) is None
