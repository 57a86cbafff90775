"""The window of a case at a camera: its recent encounters, and its negative memory of dismissed ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.common.times import from_text, to_text
from lambdas.encounters.table import update_request

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from lambdas.common.dynamodb import Item
    from lambdas.encounters.encounter import Encounter

MAX_ENCOUNTERS = 20  # the last opened; a sighting that belongs to an older encounter opens a new one
_MAX_DISMISSED_TRACKS = 50
_MAX_ARRIVALS = 50


class Opened(msgspec.Struct, frozen=True):
    """An encounter as the window lists it. `started_at` is when the picture that opened it was taken."""

    encounter_id: str
    started_at: str


class Arrival(msgspec.Struct, frozen=True):
    """Where a capture went whose time is that of its arrival."""

    capture_id: str
    encounter_id: str


class Window(msgspec.Struct, kw_only=True):
    """The item `window#CASE#CAMERA`.

    Each write increments `version`, and is refused if it changed since the read. `dismissals` counts the
    encounters that are dismissed now, `dismissed_at` is when the latest was, `dismissed_tracks` are their tracks.
    `arrivals` are the last captures whose time is doubted: their next delivery has another time.
    """

    version: int = 0
    encounters: list[Opened] = []
    dismissals: int = 0
    dismissed_at: str | None = None
    dismissed_tracks: list[str] = []
    arrivals: list[Arrival] = []
    expires_at: int = 0

    def enclosing(self, instant: datetime, window: timedelta) -> str | None:
        """Find the encounter that started less than `window` before or after the instant."""
        for opened in self.encounters:
            if abs(from_text(opened.started_at) - instant) < window:
                return opened.encounter_id
        return None

    def holding(self, capture_id: str) -> str | None:
        """Find the encounter that a capture with a doubted time went to."""
        return next((arrival.encounter_id for arrival in self.arrivals if arrival.capture_id == capture_id), None)

    def with_arrivals(self, *arrivals: Arrival) -> list[Arrival]:
        """Append arrivals, and forget the oldest."""
        return [*self.arrivals, *arrivals][-_MAX_ARRIVALS:]

    def with_opened(self, encounter_id: str, started_at: str) -> list[Opened]:
        """Append an encounter to the list, which stays in the order of opening.

        So the first encounter that encloses a sighting stays the first. A redelivered capture finds it again, even if
        an encounter with an earlier start has been opened since.
        """
        return [*self.encounters, Opened(encounter_id, started_at)][-MAX_ENCOUNTERS:]


def window_key(case_id: str, camera: str) -> str:
    """Build the key of the window of a case at a camera."""
    return f"window#{case_id}#{camera}"


def window_of(item: Item | None) -> Window:
    """Convert the item's plain values; without an item the window is empty."""
    return msgspec.convert(item, type=Window) if item else Window()


def list_encounter(table: str, window: Window, encounter: Encounter) -> dict[str, Any]:
    """Build the update that lists a new encounter, refused if the window changed since it was read.

    It leaves the negative memory alone, which only verdicts write.
    """
    doubted = [Arrival(name, encounter.encounter_id) for name, each in encounter.sightings.items() if each.time_doubt]
    return update_request(
        table,
        window_key(encounter.case_id, encounter.camera),
        "SET kind = :window, encounters = :listed, arrivals = :arrivals, version = :next, expires_at = :expiry",
        condition="attribute_not_exists(encounter_id) OR version = :seen",
        values={
            ":window": "window",
            ":listed": msgspec.to_builtins(window.with_opened(encounter.encounter_id, encounter.timeline.captured_at)),
            ":arrivals": msgspec.to_builtins(window.with_arrivals(*doubted)),
            ":next": window.version + 1,
            ":seen": window.version,
            ":expiry": encounter.expires_at,
        },
    )


def note_arrival(table: str, key: str, window: Window, capture_id: str, encounter_id: str) -> dict[str, Any]:
    """Build the update that notes where a capture goes, refused if the window changed since it was read."""
    return update_request(
        table,
        key,
        "SET arrivals = :arrivals, version = :next",
        condition="version = :seen",
        values={
            ":arrivals": msgspec.to_builtins(window.with_arrivals(Arrival(capture_id, encounter_id))),
            ":next": window.version + 1,
            ":seen": window.version,
        },
    )


def count_dismissal(
    table: str, window: Window, encounter: Encounter, *, dismissed: bool, at: datetime, expires_at: int
) -> dict[str, Any]:
    """Build the update that counts a dismissed encounter, or takes it out of the count again.

    It writes the list of encounters too, since it may create the window anew after the old one expired.
    """
    changed = {
        "kind": "window",
        "version": window.version + 1,
        "encounters": msgspec.to_builtins(window.encounters),
        "expires_at": max(expires_at, window.expires_at),
        **_memory(window, _tracks(encounter), dismissed=dismissed, at=at),
    }
    kept = {name: value for name, value in changed.items() if value is not None}
    update = "SET " + ", ".join(f"#{name} = :{name}" for name in kept)
    removed = [f"#{name}" for name in changed if name not in kept]
    values = {f":{name}": value for name, value in kept.items()}
    condition = "attribute_not_exists(encounter_id)"
    if window.version:
        condition, values = "version = :seen", {**values, ":seen": window.version}
    return update_request(
        table,
        window_key(encounter.case_id, encounter.camera),
        f"{update} REMOVE {', '.join(removed)}" if removed else update,
        condition=condition,
        values=values,
        names={f"#{name}": name for name in changed},
    )


def _memory(window: Window, tracks: list[str], *, dismissed: bool, at: datetime) -> dict[str, Any]:
    others = [track for track in window.dismissed_tracks if track not in tracks]
    if dismissed:
        latest = [*others, *tracks][-_MAX_DISMISSED_TRACKS:]
        return {"dismissals": window.dismissals + 1, "dismissed_at": to_text(at), "dismissed_tracks": latest}
    still = max(0, window.dismissals - 1)
    return {
        "dismissals": still,
        "dismissed_at": window.dismissed_at if still else None,
        "dismissed_tracks": others,
    }


def _tracks(encounter: Encounter) -> list[str]:
    """The distinct tracks of the sightings, oldest first."""
    sightings = sorted(encounter.sightings.values(), key=lambda sighting: sighting.captured_at)
    return list(dict.fromkeys(sighting.track for sighting in sightings if sighting.track))
