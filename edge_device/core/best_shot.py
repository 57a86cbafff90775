"""Which shots of a track are worth a search: the first good one at once, then only what is clearly better."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from edge_device.core.message import Quality

T = TypeVar("T")


@dataclass(frozen=True)
class ShotRules:
    """When to take a shot. Scores are from 0 to 1, times in seconds.

    A track starts with a shot of at least `good_score`, or with its best one `first_within_s` after its confirmation if
    that reaches `least_score`, or at its end with whatever there is. Another needs `clearly_better` times the best
    score that was sent, and comes `pause_s` after the last. The last chance is the track's end. A track has at most
    `most_shots`; only someone who stays gives another one every `stay_s`.
    """

    good_score: float = 0.7
    least_score: float = 0.3
    first_within_s: float = 0.7
    clearly_better: float = 1.15
    pause_s: float = 1.0
    most_shots: int = 3
    stay_s: float = 60.0


@dataclass(frozen=True)
class Candidate(Generic[T]):
    """A shot that may be taken: its quality, when it was seen, and what the caller needs to make the picture."""

    quality: Quality
    at_s: float
    picture: T


@dataclass
class BestShot(Generic[T]):
    """The shots of one track, confirmed at `confirmed_at_s`: `offer` each candidate, then call `end` once."""

    rules: ShotRules
    confirmed_at_s: float
    best: Candidate[T] | None = None
    sent: int = 0
    _sent_score: float = 0.0
    _sent_at_s: float = field(default=float("-inf"))

    def wants(self, quality: Quality) -> bool:
        """Whether a candidate of that quality could become a shot; if not, its picture need not be cut out."""
        return self.best is None or quality.score > self.best.quality.score

    def offer(self, candidate: Candidate[T]) -> None:
        """Remember the candidate, if it is the best one since the last shot."""
        if self.wants(candidate.quality):
            self.best = candidate

    def due(self, at_s: float) -> Candidate[T] | None:
        """The shot to take now, if any."""
        if self.best is None or not self._is_due(self.best.quality.score, at_s):
            return None
        return self._take(self.best, at_s)

    def end(self, at_s: float) -> Candidate[T] | None:
        """The final shot of the track, if it is better than all before."""
        if self.best is None or self.sent >= self.rules.most_shots or self.best.quality.score <= self._sent_score:
            return None
        return self._take(self.best, at_s)

    def _is_due(self, score: float, at_s: float) -> bool:
        rules = self.rules
        if self.sent == 0:
            waited = at_s - self.confirmed_at_s >= rules.first_within_s
            return score >= (rules.least_score if waited else rules.good_score)
        if at_s - self._sent_at_s >= rules.stay_s:
            return True
        # One shot is kept back for the end of the track.
        may_improve = self.sent < rules.most_shots - 1 and at_s - self._sent_at_s >= rules.pause_s
        return may_improve and score >= rules.clearly_better * self._sent_score

    def _take(self, taken: Candidate[T], at_s: float) -> Candidate[T]:
        self.sent += 1
        self._sent_score = max(self._sent_score, taken.quality.score)
        self._sent_at_s = at_s
        self.best = None
        return taken
