"""The agency's policy for matching and alerting, which functions read from the environment variable `POLICY`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Self

import msgspec

from lambdas.cases.ages import was_minor
from lambdas.cases.case import PhotoKind

if TYPE_CHECKING:
    from datetime import datetime

    from lambdas.cases.case import Case


class Thresholds(msgspec.Struct, frozen=True):
    """Minimum similarities, 0 to 100, that a sighting needs for each band.

    `review` keeps an encounter for review. `alert` alerts together with a second sighting of the track, or a second
    photo of the case, that reaches `review`. `alone` alerts without either. The values here are an agency's defaults;
    docs/decisions/0053-defaults-for-other-people.md says how they were chosen. During an upgrade, a function may still
    have the environment of a version that did not know `alone`.
    """

    review: float = 80
    alert: float = 95.8
    alone: float = 96

    def stricter(self, other: Thresholds | None) -> Thresholds:
        """Return the higher threshold of each kind."""
        if other is None:
            return self
        return Thresholds(*map(max, msgspec.structs.astuple(self), msgspec.structs.astuple(other)))

    def raised(self, halvings: float) -> Thresholds:
        """Halve the distance of the alert and alone thresholds to 100 this often. What is for review stays so."""
        left = 0.5**halvings
        return Thresholds(
            review=self.review,
            alert=round(100 - (100 - self.alert) * left, 2),
            alone=round(100 - (100 - self.alone) * left, 2),
        )


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The thresholds of matches, and the limits on repeated alerts about one case at one camera.

    `by_camera` maps a camera to the thresholds that take the place of `base` there. Where several thresholds apply, the
    strictest wins. `by_source` maps a source to its thresholds.

    A sighting that needs a second one is shown as waiting for `wait_s`. A dismissal mutes its pair of case and camera
    for `dismissal_mute_days`. An encounter gives up to `better_shot_limit` more alerts, each for a shot that is better
    by at least `better_shot_margin`. Encounters expire after `kept_days`.
    A camera gives up to `first_alerts_per_hour`; its other encounters await review without an alert.
    """

    base: Thresholds = Thresholds()
    minors: Thresholds | None = None
    kinds: dict[PhotoKind, Thresholds] = {}
    by_source: dict[str, Thresholds] = {}
    by_camera: dict[str, Thresholds] = {}
    window_s: float = 600
    wait_s: float = 5
    dismissal_mute_days: float = 7
    better_shot_margin: float = 2
    better_shot_limit: int = 1
    first_alerts_per_hour: int = 30
    digest: bool = True
    escalate_after_s: float = 0
    kept_days: float = 365

    def at(self, camera: str) -> Self:
        """Return the policy with the camera's own thresholds as its `base`."""
        own = self.by_camera.get(camera)
        return msgspec.structs.replace(self, base=own) if own else self

    def thresholds_for(self, case: Case, kind: PhotoKind) -> Thresholds:
        """Return the thresholds for a photo of this kind of this case."""
        found = self.base.stricter(self.kinds.get(kind)).stricter(self.by_source.get(case.source))
        return found.stricter(self.minors if was_minor(case) else None)

    def expiry(self, now: datetime) -> int:
        """Return when a record written now expires, in seconds since 1970 for DynamoDB's TTL."""
        return int((now + timedelta(days=self.kept_days)).timestamp())


def read_policy(text: str) -> Policy:
    """Decode the JSON document of `POLICY`.

    Raises:
        msgspec.ValidationError: the text is not a policy.
    """
    return msgspec.json.decode(text, type=Policy)
