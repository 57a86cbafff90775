"""The headline of a message: what it is about, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdas.alerting.answer import ReplyAnswer
from lambdas.alerting.budget import BudgetWarning, FloodWarning
from lambdas.encounters.notice import NoticeKind

if TYPE_CHECKING:
    from lambdas.alerting.alert import Alert
    from lambdas.alerting.texts.languages.phrases import Phrases


def alert_headline(alert: Alert, phrases: Phrases) -> str:
    """Fill in the headline of the alert's kind."""
    headline = phrases.headlines[alert.kind]
    more, until = phrases.more_sightings(alert.more), phrases.notation.dates(alert.until)
    return headline.format(more=more, until=until, best=alert.similarity, minutes=alert.minutes)


def warning_headline(message: BudgetWarning | FloodWarning | ReplyAnswer, phrases: Phrases) -> str:
    """Fill in the headline of a message that is about no encounter."""
    facts = msgspec.to_builtins(message)
    if "day" in facts:
        facts["day"] = phrases.notation.dates(facts["day"])
    return phrases.headlines[kind_of(message)].format(**facts)


def kind_of(message: BudgetWarning | FloodWarning | ReplyAnswer) -> NoticeKind:
    """Return the kind of a message that is about no encounter."""
    kinds = {BudgetWarning: NoticeKind.BUDGET, FloodWarning: NoticeKind.FLOOD, ReplyAnswer: NoticeKind.ANSWER}
    return kinds[type(message)]
