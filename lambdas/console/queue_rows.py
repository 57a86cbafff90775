"""The rows of the queue: a page of encounters with what a person needs to choose the next one."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeVar

import msgspec

from lambdas.cases.ages import is_minor
from lambdas.cases.case import CaseStatus
from lambdas.common.dynamodb import to_attributes
from lambdas.console.case_records import read_stored_cases
from lambdas.console.pictures.links import Crop, link_to_photo, link_to_sighting
from lambdas.console.readable_times import minute, since
from lambdas.console.web.errors import InvalidError
from lambdas.encounters.encounter import Encounter, Review, Stage
from lambdas.encounters.evidence import evidence_of
from lambdas.encounters.listing import InvalidCursorError, Order, Wanted, read_page
from lambdas.encounters.table import REVIEW_INDEX
from lambdas.review.four_eyes import is_disputed
from lambdas.review.pictures import has_pictures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lambdas.cases.table import StoredCase
    from lambdas.console.cameras import Camera
    from lambdas.console.services import Services
    from lambdas.console.web.exchange import AnyRequest, Request

# Counting stops here, so that a poll costs the same however long the queue is.
MAX_COUNT = 500
_WAITING = (Stage.OPEN, Stage.ALERTED, Stage.ACKNOWLEDGED)


class Status(StrEnum):
    """What to list. DISPUTED: two reviewers disagree, and a supervisor decides."""

    WAITING = "waiting"
    OPEN = "open"
    ALERTED = "alerted"
    ACKNOWLEDGED = "acknowledged"
    DISPUTED = "disputed"
    UNDECIDED = "undecided"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    ALL = "all"


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """The filters, which live in the address.

    `score` is a minimum similarity, `minors` lists only minors, `rows` is the length of a page.
    """

    status: Status = Status.WAITING
    order: Order = Order.NEWEST
    case: str | None = None
    camera: str | None = None
    site: str | None = None
    score: Annotated[float, msgspec.Meta(ge=0, le=100)] = 0
    minors: bool = False
    rows: Annotated[int, msgspec.Meta(ge=1, le=100)] = 50
    cursor: str | None = None


Q = TypeVar("Q", bound=Query)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One encounter of the list. The pictures' addresses are None once the pictures are deleted."""

    encounter_id: str
    stage: Stage
    case_id: str
    name: str | None
    is_minor: bool
    camera: str
    site: str
    similarity: float
    strength: str
    images: int
    seen: str
    time_is_known: bool
    waiting: str
    opened_at: str
    acknowledged_by: str | None
    seen_picture: str | None
    photo_picture: str | None


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many encounters await a decision. `is_more`: there are more than that."""

    waiting: int
    is_more: bool


def read_rows(services: Services, request: Request[Q, None], known: Iterable[Camera]) -> tuple[list[Row], str | None]:
    """Return the rows of a page, and the cursor of the next one. `known` are all cameras.

    Raises:
        InvalidError: the cursor is not one of this list.
    """
    query, cameras = request.query, {camera.name: camera for camera in known}
    cases: dict[str, StoredCase] = {}

    def keep(found: list[Encounter]) -> list[Encounter]:
        """Read the cases of these encounters, and drop those that the filters drop."""
        cases.update(read_stored_cases(services, (each.case_id for each in found if each.case_id not in cases)))
        kept = (each for each in found if not query.minors or _is_of_minor(each, cases, request))
        return [each for each in kept if query.status is not Status.DISPUTED or is_disputed(each)]

    try:
        page = read_page(
            services.dynamodb,
            table=services.encounters_table,
            wanted=_wanted(query, cameras),
            size=query.rows,
            cursor=query.cursor,
            keep=keep,
        )
    except InvalidCursorError as error:
        raise InvalidError(str(error)) from error
    return [_row(services, request, each, cases, cameras) for each in page.encounters], page.cursor


def count_waiting(services: Services) -> Counts:
    """Count the encounters that await a decision, up to a limit."""
    answer = services.dynamodb.query(
        TableName=services.encounters_table,
        IndexName=REVIEW_INDEX,
        KeyConditionExpression="review = :open",
        ExpressionAttributeValues=to_attributes({":open": Review.OPEN.value}),
        Select="COUNT",
        Limit=MAX_COUNT,
    )
    return Counts(waiting=answer["Count"], is_more="LastEvaluatedKey" in answer)


def _wanted(query: Query, cameras: Mapping[str, Camera]) -> Wanted:
    names: set[str] | None = None
    if query.site:
        names = {camera.name for camera in cameras.values() if camera.site == query.site}
    if query.camera:
        names = {query.camera} if names is None else names & {query.camera}
    stages = _stages(query.status)
    return Wanted(order=query.order, stages=stages, case_id=query.case, cameras=names, at_least=query.score)


def _stages(status: Status) -> tuple[Stage, ...] | None:
    if status is Status.ALL:
        return None
    if status in {Status.WAITING, Status.DISPUTED}:
        return _WAITING if status is Status.WAITING else (*_WAITING, Stage.UNDECIDED)
    return (Stage(status.value),)


def _is_of_minor(encounter: Encounter, cases: Mapping[str, StoredCase], request: AnyRequest) -> bool:
    stored = cases.get(encounter.case_id)
    return stored is not None and is_minor(stored.case, request.at.date())


def _row(
    services: Services,
    request: AnyRequest,
    encounter: Encounter,
    cases: Mapping[str, StoredCase],
    cameras: Mapping[str, Camera],
) -> Row:
    best, evidence, person, at = encounter.best, evidence_of(encounter), request.person, request.at
    stored, about, has = cases.get(encounter.case_id), encounter.encounter_id, has_pictures(encounter)
    seen = photo = None
    if has:
        seen = link_to_sighting(person, best, Crop.THUMB, about=about, at=at)
    if has and stored and stored.status is CaseStatus.OPEN:
        photo = link_to_photo(person, encounter.case_id, best.photo_id, Crop.THUMB, about=about, at=at)
    return Row(
        encounter_id=encounter.encounter_id,
        stage=encounter.stage,
        case_id=encounter.case_id,
        name=stored.case.name if stored else None,
        is_minor=_is_of_minor(encounter, cases, request),
        camera=encounter.camera,
        site=cameras[encounter.camera].site if encounter.camera in cameras else encounter.camera,
        similarity=evidence.best,
        strength=evidence.strength.value,
        images=evidence.shots,
        seen=minute(services, request.language, best.captured_at),
        time_is_known=best.time_doubt is None,
        waiting=since(encounter.opened_at, at),
        opened_at=encounter.opened_at,
        acknowledged_by=encounter.acknowledged_by,
        seen_picture=seen,
        photo_picture=photo,
    )
