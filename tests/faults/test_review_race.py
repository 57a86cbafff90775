"""Races of reviewers who disagree with each other and with the closing of the case."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.cases.case import CaseStatus
from lambdas.common.dynamodb import from_attributes, to_attributes
from lambdas.common.times import now
from lambdas.encounters.encounter import AlertState, Review
from lambdas.ingest.closed_encounters import ClosedEncounters
from lambdas.review.audit import Via
from lambdas.review.errors import EncounterOverError
from lambdas.review.four_eyes import Decided
from lambdas.review.pictures import kept_key
from local_cloud.pipeline.tables import make_tables
from tests.support.review_desk import CASE, WINDOW, Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_cloud.cloud import Cloud

VERDICTS = [Review.CONFIRMED, Review.DISMISSED, Review.UNDECIDED] * 4


@pytest.fixture(scope="module")
def desk(cloud: Cloud) -> Desk:
    s3, dynamodb = cloud.client("s3"), cloud.client("dynamodb")
    make_tables(dynamodb)
    s3.create_bucket(Bucket="detection")
    closed = {"case_id": CASE, "record": "case", "status": CaseStatus.RESOLVED.value, "case": "{}"}
    dynamodb.put_item(TableName="cases", Item=to_attributes(closed))
    return Desk(s3, dynamodb, now)


def race(works: list[Callable[[], Any]]) -> list[Any]:
    """Run all at once, and return their answers or errors."""
    start = Barrier(len(works))

    def wait_and_work(work: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return work()
        except EncounterOverError as error:
            return error

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(wait_and_work, works))


@pytest.mark.parametrize("closes", [False, True])
def test_concurrent_verdicts_leave_a_consistent_state(desk: Desk, closes: bool) -> None:
    encounter_id = f"closes-{closes}"
    desk.add_encounter(encounter_id, alert=AlertState.SENT)
    before = desk.item(WINDOW).get("dismissals", 0)
    closing = ClosedEncounters(
        s3=desk.s3,
        dynamodb=desk.dynamodb,
        bucket="detection",
        encounters_table="encounters",
        cases_table="cases",
        now=now,
    )

    def deciding(verdict: Review) -> Callable[[], Decided]:
        return lambda: desk.verdicts.decide(encounter_id, verdict, by=verdict.value, at=now(), via=Via.COMMAND_LINE)

    works = [deciding(verdict) for verdict in VERDICTS] + [closing.withdraw] * (2 if closes else 0)
    random.shuffle(works)
    answers = race(works)
    if closes:
        closing.withdraw()
    desk.pictures.settle_all()

    encounter = desk.encounter(encounter_id)
    changed = sum(answer is Decided.RECORDED for answer in answers)
    assert len(desk.audited(encounter_id)) == changed >= 1 - closes
    dismissed = encounter.review is Review.DISMISSED
    assert desk.item(WINDOW).get("dismissals", 0) == before + dismissed
    assert (encounter.expires_at is None) == (encounter.review is Review.CONFIRMED)
    recalls = [
        item
        for item in map(from_attributes, desk.dynamodb.scan(TableName="encounters", ConsistentRead=True)["Items"])
        if item["kind"] == "notice" and item["about"] == encounter_id
    ]
    assert len(recalls) == (encounter.review is Review.WITHDRAWN)
    places = {kept_key(encounter.review, encounter_id, capture_id) for capture_id in encounter.sightings} - {None}
    stored = {key for key in desk.picture_keys() if encounter_id in key}
    if encounter.review in {Review.OPEN, Review.UNDECIDED}:
        stored = {key for key in stored if not key.startswith("confirmed/")}  # a recent copy stays for an hour
    was_dismissed = any(kind == "dismissed" for kind, _ in desk.audited(encounter_id))
    assert stored == places or (was_dismissed and stored < places)
