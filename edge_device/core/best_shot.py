"""Selects the shots of a track that are worth a search: the first good one, then only better ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from edge_device.core.message import Quality

T = TypeVar("T")


@dataclass(frozen=True)
class ShotRules:
    """When to take a shot. Scores are from 0 to 1.

    First shot: as soon as a candidate reaches `good_score`; or `first_within_s` after the track was confirmed, if the
    best candidate reaches `min_score`; or at the end of the track. Further shots, of which the last is kept for the end
    of the track: at least `pause_s` apart. After good ones they have at least `clearly_better` times the best score so
    far; after others at least `better`, because a second shot helps most where the first is weak. A track has at most
    `max_shots`. A person who stays adds one every `stay_s`.
    """

    good_score: float = 0.75
    min_score: float = 0.3
    first_within_s: float = 0.7
    better: float = 1.05
    clearly_better: float = 1.25
    pause_s: float = 0.5
    max_shots: int = 3
    stay_s: float = 60.0


@dataclass(frozen=True)
class ShotCandidate(Generic[T]):
    """A possible shot: its quality, its time, and what the caller needs to crop it (`picture`)."""

    quality: Quality
    at_s: float
    picture: T


@dataclass
class BestShot(Generic[T]):
    """The shots of one track, confirmed at `confirmed_at_s`. Call `offer` and `due` per frame, then `end` once."""

    rules: ShotRules
    confirmed_at_s: float
    best: ShotCandidate[T] | None = None
    sent: int = 0
    _sent_score: float = 0.0
    _sent_at_s: float = field(default=float("-inf"))

    def wants(self, quality: Quality) -> bool:
        """Whether a candidate of this quality could become a shot. If not, the caller can skip its crop."""
        return self.best is None or quality.score > self.best.quality.score

    def offer(self, candidate: ShotCandidate[T]) -> None:
        """Keep the candidate if it is the best since the last shot."""
        if self.wants(candidate.quality):
            self.best = candidate

    def due(self, at_s: float) -> ShotCandidate[T] | None:
        """The shot to take now; None if there is none."""
        if self.best is None or not self._is_due(self.best.quality.score, at_s):
            return None
        return self._take(self.best, at_s)

    def end(self, at_s: float) -> ShotCandidate[T] | None:
        """The final shot of the track; None if it is not better enough than the others."""
        if self.best is None or self.sent >= self.rules.max_shots or self.best.quality.score < self._needed:
            return None
        return self._take(self.best, at_s)

    def _is_due(self, score: float, at_s: float) -> bool:
        rules = self.rules
        if self.sent == 0:
            waited = at_s - self.confirmed_at_s >= rules.first_within_s
            return score >= (rules.min_score if waited else rules.good_score)
        if at_s - self._sent_at_s >= rules.stay_s:
            return True
        # One shot is reserved for the end of the track.
        may_improve = self.sent < rules.max_shots - 1 and at_s - self._sent_at_s >= rules.pause_s
        return may_improve and score >= self._needed

    @property
    def _needed(self) -> float:
        """The score that the next shot needs."""
        is_good = self._sent_score >= self.rules.good_score
        return self._sent_score * (self.rules.clearly_better if is_good else self.rules.better)

    def _take(self, candidate: ShotCandidate[T], at_s: float) -> ShotCandidate[T]:
        self.sent += 1
        self._sent_score = max(self._sent_score, candidate.quality.score)
        self._sent_at_s = at_s
        self.best = None
        return candidate
