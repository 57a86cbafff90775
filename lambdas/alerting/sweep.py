"""Send the alerts that are due and that nobody sent. One that fails never holds up the others."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from lambdas.alerting.publish import AlertOutcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.alerting.notify import Notifier

logger = logging.getLogger(__name__)


def send_overdue(notifier: Notifier, count: Callable[[str], None]) -> int:
    """Try each overdue alert once, and return their number. `count` gets the name of each outcome's metric."""
    overdue = list(notifier.states.overdue(now=notifier.now()))
    for alert_id in overdue:
        outcome = _send(notifier, alert_id)
        count(outcome.value)
        logger.info("overdue alert", extra={"alert_id": alert_id, "outcome": outcome.value})
    return len(overdue)


def _send(notifier: Notifier, alert_id: str) -> AlertOutcome:
    try:
        return notifier.notify(alert_id)
    except Exception as error:
        logger.exception("an alert failed", extra={"alert_id": alert_id})
        return _note_failure(notifier, alert_id, error)


def _note_failure(notifier: Notifier, alert_id: str, error: Exception) -> AlertOutcome:
    """Let the alert wait, or give it up after too many failures. If that fails too, the next sweep finds it again."""
    try:
        given_up = notifier.states.fail(alert_id, now=notifier.now(), reason=f"{type(error).__name__}: {error}")
    except Exception:
        logger.exception("the failure of an alert could not be recorded", extra={"alert_id": alert_id})
        return AlertOutcome.FAILED
    return AlertOutcome.GIVEN_UP if given_up else AlertOutcome.FAILED
