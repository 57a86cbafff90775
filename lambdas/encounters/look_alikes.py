"""Cases that look like many people: how much more similarity they need, at every camera.

About half of all false alerts come from a few cases. Nothing of a bystander is kept to find them: what counts is how
many other cases a case's photos resemble, and the verdicts on its encounters. The unit is a halving of the distance
between a threshold and 100, which takes away more than half of the false matches.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.common.dynamodb import from_attributes, to_attributes
from lambdas.common.times import from_text, to_text
from lambdas.encounters.encounter import Review
from lambdas.encounters.table import read_item, update_request

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.cases.table import StoredCase
    from lambdas.common.dynamodb import Item
    from lambdas.encounters.encounter import Encounter

# Of two people who are not the same, about one pair in a thousand reaches a similarity of 80.
_USUAL_SHARE = 0.001
_BY_CHANCE = 0.5
MAX_OF_GALLERY = 2.0
_PER_DISMISSAL = 0.5
_HALF_LIFE_DAYS = 90
_MAX_OF_VERDICTS = 1.5
_KIND = "verdicts"
_MAX_VERDICTS = 40  # the latest that are kept


class CaseVerdict(msgspec.Struct, frozen=True):
    """A confirmed or dismissed encounter of a case that alerted, or could have with a second sighting."""

    encounter_id: str
    verdict: Review
    at: str


class CaseVerdicts(msgspec.Struct, kw_only=True):
    """The item `verdicts#CASE`: the latest verdicts on a case's encounters at all cameras, the oldest first.

    Each write increments `version`, and is refused if it changed since the read.
    """

    version: int = 0
    verdicts: list[CaseVerdict] = []
    expires_at: int = 0


def halvings_of_gallery(*, near: int, among: int, limit: float = MAX_OF_GALLERY) -> float:
    """Return how much a case needs more that resembles `near` of `among` other cases, up to a limit.

    A case that resembles as many cases as usual needs no more, and each time twice as many need one halving more, less
    half a halving: a case that happens to resemble one other does not look like many. In a small gallery chance plays a
    part, so the estimate leans towards the usual share as if one more case of the usual kind had been seen (the mean of
    a gamma distribution).
    """
    relative = (near + 1) / (among * _USUAL_SHARE + 1)
    return round(min(limit, max(0.0, math.log2(relative) - _BY_CHANCE)), 3)


def halvings_of_verdicts(verdicts: Iterable[CaseVerdict], *, now: datetime) -> float:
    """Return how much the verdicts raise what a case needs.

    Each dismissed encounter adds half a halving, which is worth half as much after 90 days, and half as much for each
    confirmation that followed: the person was really there.
    """
    total = 0.0
    confirmations = 0
    for each in sorted(verdicts, key=lambda each: each.at, reverse=True):
        if each.verdict is Review.CONFIRMED:
            confirmations += 1
        elif each.verdict is Review.DISMISSED:
            days = max(0.0, (now - from_text(each.at)).total_seconds() / 86_400)
            total += _PER_DISMISSAL * 0.5 ** (days / _HALF_LIFE_DAYS + confirmations)
    return round(min(_MAX_OF_VERDICTS, total), 3)


def look_alike_halvings(
    stored: StoredCase, verdicts: CaseVerdicts, *, now: datetime, max_of_gallery: float = MAX_OF_GALLERY
) -> float:
    """Return how much a case needs more in all."""
    of_gallery = halvings_of_gallery(near=len(stored.near), among=stored.among, limit=max_of_gallery)
    return of_gallery + halvings_of_verdicts(verdicts.verdicts, now=now)


def read_verdicts(dynamodb: DynamoDBClient, *, table: str, case_id: str) -> CaseVerdicts:
    """Read the verdicts on a case."""
    return verdicts_of(read_item(dynamodb, table=table, key=verdicts_key(case_id)))


def all_verdicts(dynamodb: DynamoDBClient, *, table: str) -> dict[str, CaseVerdicts]:
    """Read the verdicts on every case that has some, by case id."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table, FilterExpression="kind = :kind", ExpressionAttributeValues=to_attributes({":kind": _KIND})
    )
    items = (from_attributes(item) for page in pages for item in page["Items"])
    return {item["encounter_id"].removeprefix(verdicts_key("")): verdicts_of(item) for item in items}


def verdicts_key(case_id: str) -> str:
    """Build the key of the verdicts on a case."""
    return f"verdicts#{case_id}"


def verdicts_of(item: Item | None) -> CaseVerdicts:
    """Convert the item's plain values; without an item there are no verdicts."""
    return msgspec.convert(item, type=CaseVerdicts) if item else CaseVerdicts()


def counts(encounter: Encounter, verdict: Review) -> bool:
    """Tell whether a verdict says something about alerts: those on encounters far below the threshold do not."""
    alerting = encounter.dropped_alerting or any(each.alerting for each in encounter.sightings.values())
    return bool(alerting) and bool({verdict, encounter.review} & {Review.CONFIRMED, Review.DISMISSED})


def record_verdict(
    table: str, known: CaseVerdicts, encounter: Encounter, verdict: Review, *, at: datetime, expires_at: int
) -> dict[str, Any]:
    """Build the update that replaces what is known of an encounter by its new verdict, or takes it out."""
    others = [each for each in known.verdicts if each.encounter_id != encounter.encounter_id]
    if verdict in {Review.CONFIRMED, Review.DISMISSED}:
        others.append(CaseVerdict(encounter.encounter_id, verdict, to_text(at)))
    return update_request(
        table,
        verdicts_key(encounter.case_id),
        "SET kind = :kind, version = :next, verdicts = :verdicts, expires_at = :expiry",
        condition="version = :seen" if known.version else "attribute_not_exists(encounter_id)",
        values={
            ":kind": _KIND,
            ":next": known.version + 1,
            ":verdicts": msgspec.to_builtins(others[-_MAX_VERDICTS:]),
            ":expiry": max(expires_at, known.expires_at),
            **({":seen": known.version} if known.version else {}),
        },
    )
