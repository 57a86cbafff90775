"""Updates of an encounter's sightings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.encounters.encounter import MAX_SIGHTINGS
from lambdas.encounters.table import update_request

if TYPE_CHECKING:
    from lambdas.encounters.encounter import Encounter, Sighting


_COUNT = (
    "dropped = if_not_exists(dropped, :none) + :one, "
    "dropped_alerting = if_not_exists(dropped_alerting, :none) + :alerting"
)


def add_sighting(table: str, encounter_id: str, capture_id: str, sighting: Sighting) -> dict[str, Any]:
    """Build the update that adds a sighting; refused if the encounter is gone, full, or has this capture already."""
    return update_request(
        table,
        encounter_id,
        "SET sightings.#capture = :sighting",
        condition="attribute_exists(encounter_id) AND attribute_not_exists(sightings.#capture) "
        "AND size(sightings) < :max",
        values={":sighting": msgspec.to_builtins(sighting), ":max": MAX_SIGHTINGS},
        names={"#capture": capture_id},
    )


def raise_best(table: str, encounter_id: str, similarity: float) -> dict[str, Any]:
    """Build the update that records a higher best similarity, the sort key of an index; refused if it is not higher."""
    return update_request(
        table,
        encounter_id,
        "SET best_similarity = :similarity",
        condition="attribute_exists(encounter_id) AND NOT best_similarity >= :similarity",
        values={":similarity": similarity},
    )


def replace_sighting(
    table: str, encounter: Encounter, dropped: str, *, capture_id: str, sighting: Sighting
) -> dict[str, Any]:
    """Build the update that adds a sighting in place of another; refused if either has changed since the read."""
    old = encounter.sightings[dropped]
    return update_request(
        table,
        encounter.encounter_id,
        f"SET sightings.#capture = :sighting, {_COUNT} REMOVE sightings.#dropped",
        condition="attribute_not_exists(sightings.#capture) AND sightings.#dropped.#key = :key",
        values={":sighting": msgspec.to_builtins(sighting), ":key": old.key, **_counted(old)},
        names={"#capture": capture_id, "#dropped": dropped, "#key": "key"},
    )


def count_sighting(table: str, encounter_id: str, sighting: Sighting) -> dict[str, Any]:
    """Build the update that counts a sighting without keeping it; refused if the encounter is gone."""
    return update_request(
        table, encounter_id, f"SET {_COUNT}", condition="attribute_exists(encounter_id)", values=_counted(sighting)
    )


def move_picture(table: str, encounter: Encounter, capture_id: str, key: str) -> dict[str, Any]:
    """Build the update that records a picture's new key.

    It is refused if the review changed since the encounter was read, or another sighting took this one's place.
    """
    return update_request(
        table,
        encounter.encounter_id,
        "SET sightings.#capture.#key = :key",
        condition="review = :review AND attribute_exists(sightings.#capture)",
        values={":key": key, ":review": encounter.review.value},
        names={"#capture": capture_id, "#key": "key"},
    )


def _counted(sighting: Sighting) -> dict[str, int]:
    return {":none": 0, ":one": 1, ":alerting": int(sighting.alerting)}
