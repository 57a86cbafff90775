"""A closed case takes its encounters without a verdict with it, and calls back whoever was alerted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from lambdas.cases.case import Case, CaseStatus
from lambdas.common.dynamodb import from_attributes, to_attributes
from lambdas.encounters.encounter import AlertState, Encounter, Notice, NoticeKind, Review, Timeline
from lambdas.ingest.closed_encounters import ClosedEncounters

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.ingest.gallery.bucket_and_table import Gallery

AT = "2026-11-23T02:59:00.000Z"


@pytest.fixture
def meet(gallery: Gallery) -> Callable[..., None]:
    """Put an encounter of case 1, which is open, or of 2, which is closed, or of 9, which the gallery does not have."""
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


def test_only_encounters_without_a_verdict_of_closed_cases_are_withdrawn(
    closed: ClosedEncounters, meet: Callable[..., None]
) -> None:
    meet("a", 1, Review.OPEN)
    meet("b", 2, Review.OPEN)
    meet("c", 2, Review.CONFIRMED, AlertState.SENT)
    meet("d", 9, Review.OPEN)
    meet("e", 2, Review.UNDECIDED)
    meet("f", 2, Review.DISMISSED, AlertState.SENT)
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


def test_whoever_was_alerted_is_called_back_once(closed: ClosedEncounters, meet: Callable[..., None]) -> None:
    for encounter_id, alert in (("due", AlertState.DUE), ("sending", AlertState.SENDING), ("sent", AlertState.SENT)):
        meet(encounter_id, 2, Review.OPEN, alert)
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


def test_an_alert_that_goes_out_meanwhile_is_called_back(
    closed: ClosedEncounters, meet: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    meet("a", 2, Review.OPEN, AlertState.DUE)
    real: Any = closed.dynamodb.transact_write_items

    def sent_meanwhile(**request: Any) -> Any:
        monkeypatch.setattr(closed.dynamodb, "transact_write_items", real)
        meet("a", 2, Review.OPEN, AlertState.SENDING)
        return real(**request)

    monkeypatch.setattr(closed.dynamodb, "transact_write_items", sent_meanwhile)
    assert closed.withdraw() == 1
    assert [item["about"] for item in items(closed, "notice")] == ["a"]


def test_a_verdict_that_the_index_does_not_show_yet_stands(closed: ClosedEncounters, meet: Callable[..., None]) -> None:
    meet("a", 2, Review.CONFIRMED, AlertState.SENT)
    assert closed._withdraw("a") is False
    assert closed._withdraw("nobody") is False
    assert items(closed, "notice") == []
