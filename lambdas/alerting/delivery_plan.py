"""Plan the deliveries of a notice within the day's SMS budget: one now, the others as notices of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.alerting.audience import Delivery, Facts, split_audience
from lambdas.alerting.budget import Budget, BudgetAnswer
from lambdas.alerting.recipients import Channel, names_by_channel
from lambdas.cases.probe import PROBE_SOURCE
from lambdas.common.dynamodb import transact
from lambdas.common.times import to_text
from lambdas.encounters.encounter import AlertState
from lambdas.encounters.flood_counts import flood_notice
from lambdas.encounters.notice import Notice, NoticeKind, notice_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lambdas.alerting.alert_state import AlertStates
    from lambdas.alerting.settings import AlertSettings


@dataclass(frozen=True, kw_only=True)
class DeliveryPlan:
    """The deliveries of one notice. `now` may have no recipients; each of `later` becomes a notice.

    `camera` is that of the encounter; empty if the notice is about none.
    """

    notice: Notice
    camera: str
    now: Delivery
    later: tuple[Delivery, ...]


@dataclass(frozen=True, kw_only=True)
class Planner:
    """Plans deliveries, and writes what a plan needs before its first delivery."""

    settings: AlertSettings
    states: AlertStates
    now: Callable[[], datetime]

    def plan(self, notice: Notice, facts: Facts | None) -> DeliveryPlan:
        """Split the audience of a notice."""
        # A probe alerts nobody: only the receipts queue gets its message.
        is_probe = facts is not None and facts.case.source == PROBE_SOURCE
        recipients = () if is_probe else self.settings.recipients
        deliveries = split_audience(recipients, notice, facts, self.settings.zone)
        at_once = [delivery for delivery in deliveries if delivery.due_at is None]
        first, *others = at_once or [Delivery(recipients=())]
        held = [delivery for delivery in deliveries if delivery.due_at]
        camera = facts.encounter.camera if facts else ""
        return DeliveryPlan(notice=notice, camera=camera, now=first, later=(*others, *held))

    def writes(self, plan: DeliveryPlan) -> list[dict[str, Any]]:
        """Return what `commit` would write, for a transaction that happens once.

        Empty if the plan exceeds a whole day's budget.
        """
        phones = self._phones(plan.now)
        if len(phones) > self.settings.sms_per_day:
            return []
        writes: list[dict[str, Any]] = [{"Put": self.states.add_request(each)} for each in self._notices(plan)]
        if phones:
            writes += self._budget.take_writes(len(phones), camera=plan.camera, now=self.now())
        return writes

    def commit(self, plan: DeliveryPlan) -> Delivery:
        """Write the later notices, take the budget, and return the delivery to make now.

        If the budget or the camera's share of it is used up, the delivery has no SMS recipients, and a warning is due.
        """
        for notice in self._notices(plan):
            self.states.add(notice)
        phones, now = self._phones(plan.now), self.now()
        if not phones or plan.notice.notice is NoticeKind.BUDGET:
            return plan.now
        answer = self._budget.take(plan.notice.encounter_id, len(phones), camera=plan.camera, now=now)
        if answer is BudgetAnswer.TAKEN:
            return plan.now
        if answer is BudgetAnswer.DAY_USED_UP:
            self.states.add(self._budget.warning(now=now, expires_at=self.states.policy.expiry(now)))
        else:
            transact(self.states.dynamodb, {"Put": flood_notice(self.states.table, plan.camera, now=now)})
        return replace(plan.now, recipients=tuple(name for name in plan.now.recipients if name not in phones))

    @property
    def _budget(self) -> Budget:
        return Budget(
            dynamodb=self.states.dynamodb,
            table=self.states.table,
            limit=self.settings.sms_per_day,
            share=self.settings.sms_per_day * self.settings.sms_percent_per_camera // 100,
            zone=self.settings.zone,
        )

    def _phones(self, delivery: Delivery) -> set[str]:
        return names_by_channel(self.settings.recipients, Channel.SMS).intersection(delivery.recipients)

    def _notices(self, plan: DeliveryPlan) -> list[Notice]:
        """Return a notice for each later delivery, with a key that is the same at every attempt."""
        return [
            msgspec.structs.replace(
                plan.notice,
                encounter_id=_later_key(plan.notice, delivery),
                audience=delivery.recipients,
                alert=AlertState.DUE,
                alert_due_at=to_text(delivery.due_at or self.now()),
                alert_attempts=0,
                accepted_channels=None,
                expires_at=self.states.policy.expiry(self.now()),
            )
            for delivery in plan.later
        ]


def _later_key(notice: Notice, delivery: Delivery) -> str:
    """Name the part of the audience: its language, or the one recipient whose quiet hours delay the delivery."""
    part = delivery.language if delivery.due_at is None else f"to-{delivery.recipients[0]}"
    if notice.notice is NoticeKind.FIRST:
        return notice_key(notice.about, notice.notice, part)
    return f"{notice.encounter_id}.{part}"
