"""Decide whether an encounter alerts: on one sighting that is enough alone, or on two of one track that agree.

The decision depends only on which sightings the encounter has, not on their order. It is made again whenever a sighting
arrives, so nothing has to time out: an encounter with one sighting that is not enough alone is for review, and alerts
when a second one arrives. docs/decisions/0041-evidence-that-decides.md has the figures behind the rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdas.encounters.encounter import Sighting


class Grounds(StrEnum):
    """Why an encounter alerts, the strongest reason first."""

    TWO_SIGHTINGS = "two-sightings"
    ALONE = "alone"
    TWO_PHOTOS = "two-photos"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Why the encounter alerts, and the sightings that decide: the stronger one first."""

    grounds: Grounds
    sightings: tuple[Sighting, ...]


def decide(arrived: Sighting, others: Iterable[Sighting]) -> Decision | None:
    """Return why the encounter may alert now that a sighting has arrived beside its others; None if it is for review.

    Sightings of one track agree, because only the nearest case of a search gets the sighting. The same picture sent
    twice does not agree with itself.
    """
    track = [each for each in others if each.track and each.track == arrived.track and not _is_copy(each, arrived)]
    pairs = [(arrived, each) for each in track if arrived.alerting or each.alerting]
    if not pairs:
        return Decision(grounds=_grounds_alone(arrived), sightings=(arrived,)) if _is_alone(arrived) else None
    pair = max(pairs, key=lambda both: sorted((each.similarity for each in both), reverse=True))
    stronger, weaker = sorted(pair, key=lambda each: (each.alerting, each.similarity), reverse=True)
    return Decision(grounds=Grounds.TWO_SIGHTINGS, sightings=(stronger, weaker))


def decision_of(sightings: Iterable[Sighting]) -> Decision | None:
    """Return the strongest reason that all these sightings together give, or None."""
    everything = sorted(sightings, key=lambda each: each.similarity, reverse=True)
    decisions = (decide(each, [other for other in everything if other is not each]) for each in everything)
    return min(filter(None, decisions), key=lambda each: list(Grounds).index(each.grounds), default=None)


def _is_alone(sighting: Sighting) -> bool:
    """Tell whether one sighting is enough. Before there were bands, each that alerted was."""
    return sighting.alone or (sighting.alerting and sighting.alone_threshold is None)


def _is_copy(one: Sighting, other: Sighting) -> bool:
    return one.sha256 is not None and one.sha256 == other.sha256


def _grounds_alone(sighting: Sighting) -> Grounds:
    """Tell apart a similarity that is enough from two photos of the case that agree."""
    needed = sighting.alone_threshold
    return Grounds.ALONE if needed is None or sighting.similarity >= needed else Grounds.TWO_PHOTOS
