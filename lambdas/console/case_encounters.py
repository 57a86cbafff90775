"""The recent encounters of one case, at every camera.

The windows of the case list its last encounters at each camera, so this costs the same however many encounters there
are. It reads one window a camera.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdas.common.dynamodb import read_many
from lambdas.console.readable_times import minute
from lambdas.encounters.encounter import Encounter, Stage
from lambdas.encounters.table import encounter_key
from lambdas.encounters.window import Opened, window_key, window_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.common.dynamodb import Item
    from lambdas.console.cameras import Camera
    from lambdas.console.services import Services
    from lambdas.console.web.exchange import AnyRequest

_MAX_LISTED = 20


class Other(msgspec.Struct, frozen=True, kw_only=True):
    """Another encounter of the same case."""

    encounter_id: str
    stage: Stage
    site: str
    seen: str
    similarity: float


def recent_encounters(
    services: Services, request: AnyRequest, case_id: str, cameras: Sequence[Camera], *, besides: str = ""
) -> list[Other]:
    """Return the last 20 encounters of the case, newest first."""
    sites = {camera.name: camera.site for camera in cameras}
    windows = _read(services, [window_key(case_id, name) for name in sites])
    opened: list[Opened] = [each for window in windows for each in window_of(window).encounters]
    newest = sorted(opened, key=lambda each: each.started_at, reverse=True)
    ids = [each.encounter_id for each in newest if each.encounter_id != besides][:_MAX_LISTED]
    found = {item["encounter_id"]: msgspec.convert(item, type=Encounter) for item in _read(services, ids)}
    return [
        Other(
            encounter_id=encounter.encounter_id,
            stage=encounter.stage,
            site=sites.get(encounter.camera, encounter.camera),
            seen=minute(services, request.language, encounter.best.captured_at),
            similarity=encounter.best.similarity,
        )
        for encounter in (found[encounter_id] for encounter_id in ids if encounter_id in found)
    ]


def _read(services: Services, keys: Sequence[str]) -> list[Item]:
    table = services.encounters_table
    return read_many(services.dynamodb, {table: [encounter_key(key) for key in keys]})[table]
