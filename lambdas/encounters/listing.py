"""List encounters page by page from the indexes, newest, strongest or longest waiting first.

A page costs the same at ten encounters and at a hundred thousand. It reads at most `MAX_EXAMINED` entries of the
indexes, so a filter that few encounters pass may return a short page with a cursor to go on from.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.common.base64url import from_base64url, to_base64url
from lambdas.common.dynamodb import from_attributes, read_many, to_attributes
from lambdas.encounters.encounter import Encounter, Review, Stage
from lambdas.encounters.table import REVIEW_INDEX, STRENGTH_INDEX, encounter_key, readable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

MAX_EXAMINED = 2000
_MAX_CURSOR = 2000
_MAX_INSTANT = 64
_MAX_PAGE = 100  # DynamoDB's limit for one batch of reads
_WITHOUT_VERDICT = frozenset({Stage.OPEN, Stage.ALERTED, Stage.ACKNOWLEDGED})


class Order(StrEnum):
    """The order of a list. WAITING is the oldest first."""

    NEWEST = "newest"
    STRONGEST = "strongest"
    WAITING = "waiting"


class InvalidCursorError(ValueError):
    """The cursor is not one that a list with this order returned."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The filters of a list. None means any. `at_least` is a similarity, 0 to 100."""

    order: Order = Order.NEWEST
    stages: Collection[Stage] | None = None
    case_id: str | None = None
    cameras: Collection[str] | None = None
    at_least: float = 0

    @property
    def reviews(self) -> tuple[Review, ...]:
        """The review states that the stages belong to."""
        return tuple(Review) if self.stages is None else tuple({review_of(stage): None for stage in self.stages})

    def passes(self, encounter: Encounter) -> bool:
        """Compare the current record. The indexes lag behind the table."""
        return (
            (self.stages is None or encounter.stage in self.stages)
            and self.case_id in {None, encounter.case_id}
            and (self.cameras is None or encounter.camera in self.cameras)
            and encounter.best.similarity >= self.at_least
        )


@dataclass(frozen=True, kw_only=True)
class Page:
    """The encounters of one page. `cursor` continues the list; None at its end."""

    encounters: list[Encounter]
    cursor: str | None


class _Cursor(msgspec.Struct, frozen=True):
    """The last index entry that was consumed of each review state: the value of its sort key, and its id."""

    order: Order
    after: dict[Review, tuple[str | float, str]]


@dataclass(frozen=True)
class _Entry:
    """An index entry. `is_last` ends the page: what follows was not examined."""

    value: Any
    encounter_id: str
    review: Review
    is_last: bool = False


def review_of(stage: Stage) -> Review:
    """Return the review state of an encounter in this stage."""
    return Review.OPEN if stage in _WITHOUT_VERDICT else Review(stage.value)


def read_page(
    dynamodb: DynamoDBClient,
    *,
    table: str,
    wanted: Wanted,
    size: int,
    cursor: str | None = None,
    keep: Callable[[list[Encounter]], list[Encounter]] = lambda found: found,
) -> Page:
    """Read the next page, of at most 100. `keep` drops encounters by what the table does not know, such as their case.

    Raises:
        InvalidCursorError: the cursor is not of such a list.
    """
    after = _decoded(cursor, wanted.order) if cursor else {}
    index = _Index(dynamodb, table, wanted, dict(after), min(size, _MAX_PAGE))
    entries, found = index.entries(), list[Encounter]()
    while len(found) < size:
        batch = list(islice(entries, min(size - len(found), _MAX_PAGE)))
        is_over = not batch or batch[-1].is_last
        for entry in batch:
            after[entry.review] = (entry.value, entry.encounter_id)
        ids = [entry.encounter_id for entry in batch if not entry.is_last]
        found += keep([each for each in _read(dynamodb, table, ids) if wanted.passes(each)])
        if is_over:
            return Page(encounters=found, cursor=_encoded(wanted.order, after) if batch else None)
    has_more = next(entries, None) is not None
    return Page(encounters=found, cursor=_encoded(wanted.order, after) if has_more else None)


@dataclass
class _Index:
    """Reads the index entries of all wanted review states, merged in order."""

    dynamodb: DynamoDBClient
    table: str
    wanted: Wanted
    after: dict[Review, tuple[str | float, str]]
    size: int
    examined: int = field(default=0)

    def entries(self) -> Iterator[_Entry]:
        """Yield the entries. The last one has `is_last` if the limit of examined entries ended the list."""
        by_review = [self._of(review) for review in self.wanted.reviews]
        is_descending = self.wanted.order is not Order.WAITING
        for entry in heapq.merge(*by_review, key=lambda each: each.value, reverse=is_descending):
            yield entry
            if entry.is_last:
                return

    def _of(self, review: Review) -> Iterator[_Entry]:
        request = self._request(review)
        while True:
            answer = self.dynamodb.query(**request)
            self.examined += answer["ScannedCount"]
            for item in answer["Items"]:
                yield self._entry(review, from_attributes(item))
            last = answer.get("LastEvaluatedKey")
            if not last:
                return
            if self.examined >= MAX_EXAMINED:
                yield self._entry(review, from_attributes(last), is_last=True)
                return
            request["ExclusiveStartKey"] = last

    def _entry(self, review: Review, item: dict[str, Any], *, is_last: bool = False) -> _Entry:
        return _Entry(item[self._sort_key], item["encounter_id"], review, is_last)

    @property
    def _sort_key(self) -> str:
        return "best_similarity" if self.wanted.order is Order.STRONGEST else "started_at"

    def _request(self, review: Review) -> dict[str, Any]:
        wanted, conditions = self.wanted, ["review = :review"]
        values: dict[str, Any] = {":review": review.value}
        filters = []
        if wanted.order is Order.STRONGEST and wanted.at_least:
            conditions.append("best_similarity >= :lowest")
            values[":lowest"] = wanted.at_least
        if wanted.case_id is not None:
            filters.append("case_id = :case")
            values[":case"] = wanted.case_id
        if wanted.cameras is not None and len(wanted.cameras) <= _MAX_PAGE:  # IN takes 100 values; `passes` does all
            cameras = {f":camera{number}": camera for number, camera in enumerate(sorted(wanted.cameras))}
            filters.append(f"camera IN ({', '.join(cameras)})" if cameras else "attribute_not_exists(encounter_id)")
            values |= cameras
        request: dict[str, Any] = {
            "TableName": self.table,
            "IndexName": STRENGTH_INDEX if wanted.order is Order.STRONGEST else REVIEW_INDEX,
            "KeyConditionExpression": " AND ".join(conditions),
            "ExpressionAttributeValues": to_attributes(values),
            "ScanIndexForward": wanted.order is Order.WAITING,
            "Limit": 500 if filters else self.size + 1,
        }
        if filters:
            request["FilterExpression"] = " AND ".join(filters)
        if review in self.after:
            value, encounter_id = self.after[review]
            keys = {"review": review.value, self._sort_key: value, "encounter_id": encounter_id}
            request["ExclusiveStartKey"] = to_attributes(keys)
        return request


def _read(dynamodb: DynamoDBClient, table: str, ids: list[str]) -> list[Encounter]:
    """Read the current records in the order of the ids."""
    items = read_many(dynamodb, {table: [encounter_key(encounter_id) for encounter_id in ids]})[table]
    by_id = {item["encounter_id"]: encounter for item in items if (encounter := readable(item, Encounter))}
    return [by_id[encounter_id] for encounter_id in ids if encounter_id in by_id]


def _encoded(order: Order, after: dict[Review, tuple[str | float, str]]) -> str:
    return to_base64url(msgspec.json.encode(_Cursor(order, after)))


def _decoded(cursor: str, order: Order) -> dict[Review, tuple[str | float, str]]:
    try:
        decoded = msgspec.json.decode(from_base64url(cursor[:_MAX_CURSOR]), type=_Cursor)
    except (ValueError, RecursionError) as error:
        raise InvalidCursorError("the page's cursor is damaged; open the list again") from error
    if decoded.order is not order or not all(name and _is_key(value, order) for value, name in decoded.after.values()):
        raise InvalidCursorError("the cursor belongs to another list; open the list again")
    return decoded.after


def _is_key(value: str | float, order: Order) -> bool:
    """Tell whether the sort key of the order's index can have this value: a similarity, or an instant."""
    if isinstance(value, str):
        return order is not Order.STRONGEST and 0 < len(value) <= _MAX_INSTANT
    return order is Order.STRONGEST and 0 < value <= 100
