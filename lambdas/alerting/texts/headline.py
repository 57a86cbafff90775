"""The headline of a message: what it is about, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.encounters.notice import NoticeKind

if TYPE_CHECKING:
    from lambdas.alerting.alert import Alert
    from lambdas.alerting.budget import BudgetWarning
    from lambdas.alerting.texts.languages.phrases import Phrases


def alert_headline(alert: Alert, phrases: Phrases) -> str:
    """Fill in the headline of the alert's kind."""
    headline = phrases.headlines[alert.kind]
    return headline.format(count=alert.more, until=alert.until, best=alert.similarity, minutes=alert.minutes)


def budget_warning_headline(warning: BudgetWarning, phrases: Phrases) -> str:
    """Fill in the headline of the budget warning."""
    return phrases.headlines[NoticeKind.BUDGET].format(limit=warning.limit, day=warning.day)
