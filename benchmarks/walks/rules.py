"""The rule of before and the rule of the match function, on the same searches.

The new rule is the function's own code: which case a sighting belongs to, what a case that looks like many needs, and
when an encounter alerts. The old rule, which is gone from the code, is written down here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from agencies.settings import Matching
from edge_device.core.best_shot import ShotRules
from lambdas.common.times import to_text
from lambdas.detection.candidates import candidates_among, top_candidate
from lambdas.detection.capture import Capture
from lambdas.detection.muting import muted_reason
from lambdas.detection.new_encounter import sighting_of
from lambdas.encounters.decision import Grounds, decide
from lambdas.encounters.encounter import Review
from lambdas.encounters.look_alikes import MAX_OF_GALLERY, CaseVerdict, CaseVerdicts, look_alike_halvings
from lambdas.encounters.policy import Policy, Thresholds
from lambdas.encounters.window import Window

if TYPE_CHECKING:
    from benchmarks.walks.gallery import Gallery
    from benchmarks.walks.samples import Passage
    from lambdas.encounters.encounter import Sighting


_DEFAULTS = Matching()
CAMERA_SHOTS = ShotRules()


def with_thresholds(alert: float = _DEFAULTS.alert_threshold, alone: float = _DEFAULTS.alone) -> Policy:
    """Return a policy with these thresholds, by default an agency's."""
    return Policy(base=Thresholds(_DEFAULTS.review_threshold, alert, alone))


@dataclass(frozen=True)
class Alert:
    """An alert about a case, `at_s` seconds after the walk began; `waited_s` after the first sighting of the case.

    `similarity` is that of its sighting. `is_alone` says that one sighting was enough.
    """

    case_id: str
    at_s: float
    similarity: float
    waited_s: float
    is_alone: bool


class Rule(Protocol):
    """Decides which cases alert when somebody walks past a camera, and learns from the verdicts."""

    def alerts(self, passage: Passage, *, camera: str, at: datetime, track: str) -> list[Alert]:
        """Return the alerts of the passage, at most one for each case."""
        ...

    def learn(self, alert: Alert, *, camera: str, at: datetime, track: str, is_right: bool) -> None:
        """Take a reviewer's verdict on an alert."""
        ...


@dataclass
class OldRule:
    """Alert for every case that a sighting resembles by 95.

    A dismissal silences the case at the camera for a week; from the third on, the pair needs 2 more.
    """

    gallery: Gallery
    shots: ShotRules = CAMERA_SHOTS
    threshold: float = 95.0
    _dismissed: dict[tuple[str, str], list[datetime]] = field(default_factory=dict)

    def alerts(self, passage: Passage, *, camera: str, at: datetime, track: str) -> list[Alert]:  # noqa: ARG002 - see Rule
        """See `Rule`."""
        alerts: dict[str, Alert] = {}
        for found in self.gallery.search(passage, self.shots):
            for case_id, likenesses in found.likenesses.items():
                best = max(likeness.similarity for likeness in likenesses)
                if case_id not in alerts and best >= self._needed(case_id, camera, at):
                    alerts[case_id] = Alert(case_id, found.at_s, best, 0.0, is_alone=True)
        return list(alerts.values())

    def learn(self, alert: Alert, *, camera: str, at: datetime, track: str, is_right: bool) -> None:  # noqa: ARG002 - see Rule
        """See `Rule`."""
        if not is_right:
            self._dismissed.setdefault((alert.case_id, camera), []).append(at)

    def _needed(self, case_id: str, camera: str, at: datetime) -> float:
        dismissed = self._dismissed.get((case_id, camera), [])
        if dismissed and at < dismissed[-1] + timedelta(days=7):
            return 101.0
        return self.threshold + (2 if len(dismissed) >= 3 else 0)


@dataclass
class NewRule:
    """The match function's rule, with an agency's policy."""

    gallery: Gallery
    shots: ShotRules = CAMERA_SHOTS
    policy: Policy = field(default_factory=with_thresholds)
    max_of_gallery: float = MAX_OF_GALLERY
    _windows: dict[tuple[str, str], Window] = field(default_factory=dict)
    _verdicts: dict[str, list[CaseVerdict]] = field(default_factory=dict)

    def alerts(self, passage: Passage, *, camera: str, at: datetime, track: str) -> list[Alert]:
        """See `Rule`."""
        sightings: dict[str, list[tuple[float, Sighting]]] = {}
        alerts: dict[str, Alert] = {}
        looks = {
            case_id: look_alike_halvings(
                stored,
                CaseVerdicts(verdicts=self._verdicts.get(case_id, [])),
                now=at,
                max_of_gallery=self.max_of_gallery,
            )
            for case_id, stored in self.gallery.cases.items()
        }
        for shot, found in enumerate(self.gallery.search(passage, self.shots)):
            cases = [self.gallery.cases[case_id].case for case_id in found.likenesses]
            among = candidates_among(found.likenesses, cases, self.policy, on=at.date(), look_alikes=looks)
            top = top_candidate(among)
            if top is None:
                continue
            capture = _capture(camera, at + timedelta(seconds=found.at_s), track, shot)
            case_id = top.case.case_id
            sighting = sighting_of(top, capture, "encounter", self.policy)
            earlier = sightings.setdefault(case_id, [])
            decision = decide(sighting, [each for _, each in earlier])
            earlier.append((found.at_s, sighting))
            window = self._windows.get((case_id, camera), Window())
            if decision and case_id not in alerts and not muted_reason(self.policy, window, capture, now=at):
                is_alone = decision.grounds is not Grounds.TWO_SIGHTINGS
                waited_s = 0.0 if is_alone else found.at_s - earlier[0][0]
                alerts[case_id] = Alert(case_id, found.at_s, sighting.similarity, waited_s, is_alone=is_alone)
        return list(alerts.values())

    def learn(self, alert: Alert, *, camera: str, at: datetime, track: str, is_right: bool) -> None:
        """See `Rule`."""
        verdict = Review.CONFIRMED if is_right else Review.DISMISSED
        self._verdicts.setdefault(alert.case_id, []).append(CaseVerdict(track, verdict, to_text(at)))
        if not is_right:
            window = self._windows.setdefault((alert.case_id, camera), Window())
            window.dismissals += 1
            window.dismissed_at = to_text(at)
            window.dismissed_tracks.append(track)


def _capture(camera: str, at: datetime, track: str, shot: int) -> Capture:
    name = f"{track}-{shot}"
    return Capture(capture_id=name, camera=camera, captured_at=at, received_at=at, track=track, shot=shot, sha256=name)
