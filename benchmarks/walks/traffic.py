"""Let people walk past cameras, once each or for thirty days with a reviewer, and count the alerts by rule."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.walks.gallery import case_id_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.walks.rules import Alert, Rule
    from benchmarks.walks.samples import Passage, Person

_BEGIN = datetime(2026, 11, 1, 8, tzinfo=UTC)
_CAMERAS = ("north-gate", "south-gate", "station", "market")
_DAYS = 30
_EXCELLENT = 99.0  # well above the default of alone_threshold
# How often a stranger walks past a camera of the agency on a day, and an enrolled person.
_STRANGER_A_DAY, _ENROLLED_A_DAY = 0.5, 0.1


@dataclass
class Tally:
    """What a rule did: passages, those with an alert about the right case, about a wrong one, and about nobody's.

    `delays_s` are the waits of alerts on two sightings, `excellent_at_s` the times of alerts on a sighting that was
    enough alone, by passage. `deal` is the number of the round, whose people are dealt anew.
    """

    deal: int = 0
    enrolled: int = 0
    strangers: int = 0
    recognized: int = 0
    wrong_case: int = 0
    false_alerts: int = 0
    recognized_by_person: Counter[str] = field(default_factory=Counter)
    wrong_by_person: Counter[str] = field(default_factory=Counter)
    false_by_person: Counter[str] = field(default_factory=Counter)
    delays_s: list[float] = field(default_factory=list)
    excellent_at_s: dict[str, float] = field(default_factory=dict)

    def add(self, person: Person, number: int, alerts: Sequence[Alert], *, is_enrolled: bool) -> None:
        """Count one passage of a person."""
        own = case_id_of(person) if is_enrolled else None
        right = [alert for alert in alerts if alert.case_id == own]
        self.enrolled += is_enrolled
        self.strangers += not is_enrolled
        if right:
            self.recognized += 1
            self.recognized_by_person[person.name] += 1
            if right[0].similarity >= _EXCELLENT:
                self.excellent_at_s[f"{self.deal} {person.name} {number}"] = right[0].at_s
            if not right[0].is_alone:
                self.delays_s.append(right[0].waited_s)
        if len(alerts) > len(right):
            counter = self.wrong_by_person if is_enrolled else self.false_by_person
            counter[person.name] += 1
            self.wrong_case += is_enrolled
            self.false_alerts += not is_enrolled


def once_each(rule: Rule, enrolled: Sequence[Person], strangers: Sequence[Person], tally: Tally) -> None:
    """Count every passage of every person, without verdicts."""
    for people, is_enrolled in ((enrolled, True), (strangers, False)):
        for person in people:
            for number, passage in enumerate(person.passages):
                track = f"{person.name}-{number}"
                alerts = rule.alerts(passage, camera=_CAMERAS[0], at=_BEGIN, track=track)
                tally.add(person, number, alerts, is_enrolled=is_enrolled)


def a_month(rule: Rule, enrolled: Sequence[Person], strangers: Sequence[Person], tally: Tally, *, seed: int) -> None:
    """Count thirty days of traffic. A reviewer gives the right verdict on each alert on the next morning."""
    random = np.random.default_rng(seed)
    for day in range(_DAYS):
        at, alerted = _BEGIN + timedelta(days=day), []
        for person, is_enrolled, number, camera in _of_a_day(random, enrolled, strangers):
            passage: Passage = person.passages[number]
            track = f"{person.name}-{day}-{camera}"
            alerts = rule.alerts(passage, camera=camera, at=at, track=track)
            tally.add(person, number, alerts, is_enrolled=is_enrolled)
            own = case_id_of(person) if is_enrolled else None
            alerted += [(alert, camera, track, alert.case_id == own) for alert in alerts]
        for alert, camera, track, is_right in alerted:
            rule.learn(alert, camera=camera, at=at + timedelta(hours=20), track=track, is_right=is_right)


def _of_a_day(
    random: np.random.Generator, enrolled: Sequence[Person], strangers: Sequence[Person]
) -> list[tuple[Person, bool, int, str]]:
    """Choose who walks past which camera on a day."""
    walks = []
    for people, is_enrolled, share in ((enrolled, True, _ENROLLED_A_DAY), (strangers, False, _STRANGER_A_DAY)):
        for person in people:
            walks_today = random.random() < share
            number, camera = int(random.integers(len(person.passages))), str(random.choice(_CAMERAS))
            if walks_today:
                walks.append((person, is_enrolled, number, camera))
    return walks
