"""Updates of an encounter's sightings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.encounters.table import update_request

if TYPE_CHECKING:
    from lambdas.encounters.encounter import Encounter, Sighting


def add_sighting(table: str, encounter_id: str, capture_id: str, sighting: Sighting) -> dict[str, Any]:
    """Build the update that adds a sighting; refused if the encounter is gone or has this capture already."""
    return update_request(
        table,
        encounter_id,
        "SET sightings.#capture = :sighting",
        condition="attribute_exists(encounter_id) AND attribute_not_exists(sightings.#capture)",
        values={":sighting": msgspec.to_builtins(sighting)},
        names={"#capture": capture_id},
    )


def move_picture(table: str, encounter: Encounter, capture_id: str, key: str) -> dict[str, Any]:
    """Build the update that records a picture's new key; refused if the review changed since it was read."""
    return update_request(
        table,
        encounter.encounter_id,
        "SET sightings.#capture.#key = :key",
        condition="review = :review",
        values={":key": key, ":review": encounter.review.value},
        names={"#capture": capture_id, "#key": "key"},
    )
