"""Send an alert or a notice once: claim it, find its occasion, plan its deliveries, publish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambdas.alerting.occasion import as_notice
from lambdas.alerting.publish import AlertOutcome
from lambdas.common.times import from_text
from lambdas.encounters.encounter import Encounter
from lambdas.encounters.hops import hops

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from lambdas.alerting.alert_state import AlertStates
    from lambdas.alerting.delivery_plan import Planner
    from lambdas.alerting.occasion import Occasions
    from lambdas.alerting.publish import Publisher
    from lambdas.cases.case import Case
    from lambdas.encounters.notice import Notice


@dataclass(frozen=True, kw_only=True)
class Notifier:
    """Sends alerts and notices. `record_hop` gets each hop of a first alert (lambdas/encounters/hops.py), in ms."""

    states: AlertStates
    occasions: Occasions
    planner: Planner
    publisher: Publisher
    record_hop: Callable[[str, float], None]
    now: Callable[[], datetime]

    def notify(self, key: str) -> AlertOutcome:
        """Claim and send the alert of this encounter, or this notice, if it is due."""
        record = self.states.claim(key, now=self.now())
        return AlertOutcome.NOT_OURS if record is None else self.send(record)

    def first_alert_writes(self, encounter: Encounter, case: Case, *, site: str) -> list[dict[str, Any]]:
        """Return what `send` writes before the first alert, for the transaction that opens the encounter.

        `send` leaves it out if the encounter is `alert_prepared`.
        """
        return self.planner.writes(self.planner.plan(as_notice(encounter), self.occasions.facts(encounter, case, site)))

    def send(
        self, record: Encounter | Notice, open_case: Case | None = None, *, site: str | None = None
    ) -> AlertOutcome:
        """Send an alert or a notice that the caller has claimed.

        `open_case` and `site` save one read each if the caller has just read them.
        """
        occasion = self.occasions.find(record, open_case=open_case, site=site)
        if occasion is None:
            self.states.withdraw(record.encounter_id, now=self.now())
            return AlertOutcome.WITHDRAWN
        plan = self.planner.plan(occasion.notice, occasion.facts)
        is_prepared = isinstance(record, Encounter) and record.alert_prepared
        outcome = self.publisher.publish(occasion, plan.now if is_prepared else self.planner.commit(plan))
        if outcome is AlertOutcome.SENT and isinstance(record, Encounter):
            for hop, milliseconds in _hops_to(record, self.now()):
                self.record_hop(hop, milliseconds)
        return outcome


def _hops_to(encounter: Encounter, alerted_at: datetime) -> Iterator[tuple[str, float]]:
    """Yield the hops from the search on; none for a capture that was searched again for a later case."""
    line = encounter.timeline
    if line.again:
        return
    yield from hops(
        {
            "captured_at": from_text(line.captured_at),
            "searched_at": from_text(line.searched_at),
            "encountered_at": from_text(line.encountered_at),
            "alerted_at": alerted_at,
        }
    )
