"""The pages of the list of encounters: order, filters and cursors."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.encounters import listing
from lambdas.encounters.encounter import Review, Sighting, Stage
from lambdas.encounters.listing import InvalidCursorError, Order, Wanted, read_page
from lambdas.encounters.table import encounter_key
from lambdas.review.strength_index import complete_strength_index
from tests.support.review_desk import Desk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


@pytest.fixture
def desk(s3: S3Client, dynamodb: DynamoDBClient, clock: Any) -> Desk:
    return Desk(s3, dynamodb, clock)


def add(desk: Desk, name: str, *, minute: int, similarity: float = 90, **members: Any) -> None:
    shot = Sighting(similarity=similarity, captured_at="2026-11-23T02:00:00.000Z", key="k", photo_id="910101")
    desk.add_encounter(name, started_at=f"2026-11-23T02:{minute:02}:00.000Z", sightings={"c1": shot}, **members)


def pages(desk: Desk, wanted: Wanted, *, size: int = 2, **options: Any) -> list[list[str]]:
    """Read all pages, each from the cursor of the one before."""
    cursor, found = None, []
    while True:
        page = read_page(desk.dynamodb, table="encounters", wanted=wanted, size=size, cursor=cursor, **options)
        found.append([encounter.encounter_id for encounter in page.encounters])
        cursor = page.cursor
        if cursor is None:
            return found


def joined(found: Sequence[list[str]]) -> str:
    return " ".join(name for page in found for name in page)


@pytest.fixture
def five(desk: Desk) -> Desk:
    add(desk, "e1", minute=1, similarity=91)
    add(desk, "e2", minute=2, similarity=99.5, review=Review.CONFIRMED)
    add(desk, "e3", minute=3, similarity=97, camera="cam-02")
    add(desk, "e4", minute=4, similarity=100, review=Review.DISMISSED, case_id="namus:MP2")
    add(desk, "e5", minute=5, similarity=85.25)
    return desk


@pytest.mark.parametrize(
    ("order", "names"),
    [
        (Order.NEWEST, "e5 e4 e3 e2 e1"),
        (Order.WAITING, "e1 e2 e3 e4 e5"),
        (Order.STRONGEST, "e4 e2 e3 e1 e5"),
    ],
)
def test_pages_join_to_the_whole_list_in_order(five: Desk, order: Order, names: str) -> None:
    for size in (1, 2, 5):
        found = pages(five, Wanted(order=order), size=size)
        assert joined(found) == names
        assert max(map(len, found)) <= size
        assert [] not in found


FILTERS = [
    (Wanted(stages={Stage.OPEN}), "e5 e3 e1"),
    (Wanted(stages={Stage.ACKNOWLEDGED}), ""),
    (Wanted(case_id="namus:MP2"), "e4"),
    (Wanted(cameras={"cam-02"}), "e3"),
    (Wanted(cameras=()), ""),
    (Wanted(at_least=97), "e4 e3 e2"),
    (Wanted(order=Order.STRONGEST, at_least=97), "e4 e2 e3"),
    (Wanted(order=Order.STRONGEST, stages={Stage.OPEN}, cameras={"cam-01"}), "e1 e5"),
]


def test_filters_pass_what_is_wanted(five: Desk) -> None:
    for wanted, names in FILTERS:
        assert joined(pages(five, wanted)) == names, wanted


def test_equal_scores_are_neither_lost_nor_repeated(desk: Desk) -> None:
    names = {f"e{number}" for number in range(9)}
    for name in names:
        add(desk, name, minute=1, similarity=96)
    for order in Order:
        found = joined(pages(desk, Wanted(order=order))).split()
        assert (len(found), set(found)) == (9, names)


def test_page_examines_a_limited_number_of_entries(five: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MAX_EXAMINED", 1)
    found = pages(five, Wanted(at_least=97), size=1)
    assert joined(found) == "e4 e3 e2"


def test_dropped_encounters_are_made_up_for(five: Desk) -> None:
    found = pages(five, Wanted(), keep=lambda page: [each for each in page if each.encounter_id != "e4"])
    assert found == [["e5", "e3"], ["e2", "e1"]]


def test_list_changes_between_pages_without_a_repeat(five: Desk) -> None:
    page = read_page(five.dynamodb, table="encounters", wanted=Wanted(), size=2)
    add(five, "e6", minute=6)
    add(five, "e4", minute=4, review=Review.CONFIRMED)
    rest = read_page(five.dynamodb, table="encounters", wanted=Wanted(), size=9, cursor=page.cursor)
    assert [each.encounter_id for each in rest.encounters][-3:] == ["e3", "e2", "e1"]
    assert "e6" not in [each.encounter_id for each in rest.encounters]


FOREIGN = [
    "x",
    "*",
    "\N{SNOWMAN}",
    "A" * 5000,
    base64.urlsafe_b64encode(b'{"order":"newest","after":{"open":[1,"e1"]}}').decode(),
    base64.urlsafe_b64encode(b'{"order":"newest","after":{"open":["",""]}}').decode(),
    base64.urlsafe_b64encode(b'{"order":"waiting","after":{"open":["2026","e1"]}}').decode(),
    base64.urlsafe_b64encode(b'{"order":"newest","after":{"nowhere":["2026","e1"]}}').decode(),
]


def test_foreign_cursor_is_refused(five: Desk) -> None:
    for cursor in FOREIGN:
        with pytest.raises(InvalidCursorError, match="open the list again"):
            read_page(five.dynamodb, table="encounters", wanted=Wanted(), size=2, cursor=cursor)


def test_page_reads_as_much_of_a_long_list_as_of_a_short_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        add(desk, f"e{number}", minute=number, similarity=40 + number)
    examined: list[int] = []
    real = desk.dynamodb.query

    def counted(**request: Any) -> Any:
        answer = real(**request)
        examined.append(answer["ScannedCount"])
        return answer

    monkeypatch.setattr(desk.dynamodb, "query", counted)
    for order in Order:
        read_page(desk.dynamodb, table="encounters", wanted=Wanted(order=order, stages={Stage.OPEN}), size=5)
    assert examined == [6, 6, 6]


def test_encounter_of_an_earlier_version_is_listed_by_strength(five: Desk) -> None:
    update: Any = {"UpdateExpression": "REMOVE best_similarity"}
    five.dynamodb.update_item(TableName="encounters", Key=encounter_key("e3"), **update)
    strongest = Wanted(order=Order.STRONGEST, stages={Stage.OPEN})
    assert joined(pages(five, strongest)) == "e1 e5"
    assert [complete_strength_index(five.dynamodb, table="encounters") for _ in range(2)] == [1, 0]
    assert joined(pages(five, strongest)) == "e3 e1 e5"


def test_encounter_that_cannot_be_read_is_left_out(five: Desk) -> None:
    five.dynamodb.update_item(TableName="encounters", Key=encounter_key("e3"), UpdateExpression="REMOVE sightings")
    assert joined(pages(five, Wanted(order=Order.NEWEST, stages={Stage.OPEN}))) == "e5 e1"
