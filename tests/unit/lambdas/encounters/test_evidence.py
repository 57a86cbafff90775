"""The evidence of an encounter and its strength."""

from __future__ import annotations

import msgspec

from lambdas.encounters.encounter import Encounter, RunnerUp, Sighting, Timeline
from lambdas.encounters.evidence import Strength, evidence_of

AT = "2026-11-23T02:59:59.000Z"


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


def test_evidence_summarizes_the_shots() -> None:
    evidence = evidence_of(encounter(96.0, 99.0, 90.0, runner_up=92.5))
    assert (evidence.best, evidence.mean, evidence.shots, evidence.alerting_shots) == (99.0, 95.0, 3, 2)
    assert (evidence.photos, evidence.margin) == (3, 6.5)


def test_strength_needs_two_alerting_shots_and_a_margin() -> None:
    assert evidence_of(encounter(96, 97)).strength is Strength.STRONG
    assert evidence_of(encounter(96, 97, runner_up=92)).strength is Strength.STRONG
    assert evidence_of(encounter(96, 97, runner_up=92.5)).strength is Strength.FAIR
    assert evidence_of(encounter(99)).strength is Strength.FAIR
    assert evidence_of(encounter(96, 97, runner_up=95.5)).strength is Strength.WEAK
    assert evidence_of(encounter(96, runner_up=98)).strength is Strength.WEAK


def test_record_without_newer_members_is_read() -> None:
    old = msgspec.to_builtins(encounter(96))
    for name in ("photos", "alerting"):
        old["sightings"]["c-1"].pop(name, None)
    assert evidence_of(msgspec.convert(old, type=Encounter)).alerting_shots == 0
