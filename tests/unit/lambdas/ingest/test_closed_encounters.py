"""Tests of withdrawing the encounters of closed cases and recalling their alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from lambdas.cases.case import Case, CaseStatus
from lambdas.common.dynamodb import from_attributes, to_attributes
from lambdas.encounters.encounter import AlertState, Encounter, Review, Timeline
from lambdas.encounters.notice import Notice, NoticeKind
from lambdas.ingest.closed_encounters import ClosedEncounters

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.ingest.gallery.bucket_and_table import Gallery

AT = "2026-11-23T02:59:00.000Z"


@pytest.fixture
def store(gallery: Gallery) -> Callable[..., None]:
    """Store an encounter of case 1, which is open, 2, which is closed, or 9, which the gallery does not have."""
    for number, status in ((1, CaseStatus.OPEN), (2, CaseStatus.RESOLVED)):
        gallery.open_case(Case(case_id=f"namus:MP{number}", source="namus", source_id=f"MP{number}"), b"{}")
        if status is CaseStatus.RESOLVED:
            gallery.close_case(f"namus:MP{number}", status, source_modified=None)

    def put(encounter_id: str, number: int, review: Review, alert: AlertState | None = None) -> None:
        encounter = Encounter(
            encounter_id=encounter_id,
            case_id=f"namus:MP{number}",
            camera="cam-01",
            started_at=AT,
            sightings={},
            timeline=Timeline(captured_at=AT, received_at=AT, searched_at=AT, encountered_at=AT),
            review=review,
            alert=alert,
            expires_at=1_900_000_000,
        )
        item = to_attributes({"kind": "encounter", **msgspec.to_builtins(encounter)})
        gallery.dynamodb.put_item(TableName="encounters", Item=item)
        gallery.s3.put_object(Bucket="detection", Key=f"encounters/{encounter_id}/1.jpg", Body=b"x")

    return put


@pytest.fixture
def closed(gallery: Gallery, clock: Any) -> ClosedEncounters:
    return ClosedEncounters(
        s3=gallery.s3,
        dynamodb=gallery.dynamodb,
        bucket="detection",
        encounters_table="encounters",
        cases_table="cases",
        now=clock,
    )


def items(closed: ClosedEncounters, kind: str) -> list[dict[str, Any]]:
    found = [from_attributes(item) for item in closed.dynamodb.scan(TableName="encounters")["Items"]]
    return sorted((item for item in found if item["kind"] == kind), key=lambda item: str(item["encounter_id"]))


def test_only_unreviewed_encounters_of_closed_cases_go(closed: ClosedEncounters, store: Callable[..., None]) -> None:
    store("a", 1, Review.OPEN)
    store("b", 2, Review.OPEN)
    store("c", 2, Review.CONFIRMED, AlertState.SENT)
    store("d", 9, Review.OPEN)
    store("e", 2, Review.UNDECIDED)
    store("f", 2, Review.DISMISSED, AlertState.SENT)
    assert closed.withdraw() == 3
    assert {item["encounter_id"]: item["review"] for item in items(closed, "encounter")} == {
        "a": "open",
        "b": "withdrawn",
        "c": "confirmed",
        "d": "withdrawn",
        "e": "withdrawn",
        "f": "dismissed",
    }
    left = closed.s3.list_objects_v2(Bucket="detection")["Contents"]
    assert [item["Key"] for item in left] == ["encounters/a/1.jpg", "encounters/c/1.jpg", "encounters/f/1.jpg"]
    assert items(closed, "notice") == []
    assert closed.withdraw() == 0


def test_alerted_people_get_one_recall(closed: ClosedEncounters, store: Callable[..., None]) -> None:
    for encounter_id, alert in (("due", AlertState.DUE), ("sending", AlertState.SENDING), ("sent", AlertState.SENT)):
        store(encounter_id, 2, Review.OPEN, alert)
    assert [closed.withdraw() for _ in range(2)] == [3, 0]
    recalls = [msgspec.convert(item, type=Notice) for item in items(closed, "notice")]
    assert recalls == [
        Notice(
            encounter_id=f"notice#{about}#recall#1",
            about=about,
            notice=NoticeKind.RECALL,
            created_at="2026-11-23T03:00:00.000Z",
            alert_due_at="2026-11-23T03:00:00.000Z",
            expires_at=1_900_000_000,
        )
        for about in ("sending", "sent")
    ]


def test_alert_sent_during_the_withdrawal_is_recalled(
    closed: ClosedEncounters, store: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    store("a", 2, Review.OPEN, AlertState.DUE)
    real: Any = closed.dynamodb.transact_write_items

    def sent_meanwhile(**request: Any) -> Any:
        monkeypatch.setattr(closed.dynamodb, "transact_write_items", real)
        store("a", 2, Review.OPEN, AlertState.SENDING)
        return real(**request)

    monkeypatch.setattr(closed.dynamodb, "transact_write_items", sent_meanwhile)
    assert closed.withdraw() == 1
    assert [item["about"] for item in items(closed, "notice")] == ["a"]


def test_verdict_missing_from_the_index_stands(closed: ClosedEncounters, store: Callable[..., None]) -> None:
    store("a", 2, Review.CONFIRMED, AlertState.SENT)
    assert closed._withdraw("a") is False
    assert closed._withdraw("nobody") is False
    assert items(closed, "notice") == []


def test_encounter_that_cannot_be_read_does_not_keep_the_others(
    closed: ClosedEncounters, store: Callable[..., None], gallery: Gallery, caplog: pytest.LogCaptureFixture
) -> None:
    for encounter_id in ("damaged", "later"):
        store(encounter_id, 2, Review.OPEN)
    gallery.dynamodb.update_item(
        TableName="encounters", Key={"encounter_id": {"S": "damaged"}}, UpdateExpression="REMOVE sightings"
    )

    assert closed.withdraw() == 1
    [line] = [vars(record) for record in caplog.records if "cannot be read" in record.message]
    assert (line["encounter_id"], line["reason"]) == ("damaged", "Object missing required field `sightings`")
