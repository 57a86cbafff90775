"""The queue: the encounters that await a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdas.console.exchange import Page
from lambdas.encounters.encounter import Review
from lambdas.encounters.table import encounters_by_review

if TYPE_CHECKING:
    from lambdas.console.exchange import Request
    from lambdas.console.services import Services


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What to list."""

    status: Review = Review.OPEN


class Queued(msgspec.Struct, frozen=True, kw_only=True):
    """One encounter of the list."""

    encounter_id: str
    case_id: str
    camera: str
    started_at: str


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """The list."""

    encounters: list[Queued]


def show(services: Services, request: Request[Query, None]) -> Page:
    """List encounters."""
    listed = encounters_by_review(services.dynamodb, request.query.status, table=services.encounters_table)
    queued = [
        Queued(encounter_id=each.encounter_id, case_id=each.case_id, camera=each.camera, started_at=each.started_at)
        for each in listed
    ]
    return Page(template="queue.html", data=Queue(encounters=queued))
