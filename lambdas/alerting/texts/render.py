"""Render a message in one language for every channel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from lambdas.alerting.alert import Alert
from lambdas.alerting.texts.document import alert_document, headline_document
from lambdas.alerting.texts.email import email_text
from lambdas.alerting.texts.gsm7 import to_gsm7
from lambdas.alerting.texts.headline import alert_headline, warning_headline
from lambdas.alerting.texts.languages import PHRASES
from lambdas.alerting.texts.sms import sms_text
from lambdas.alerting.texts.subject import to_subject

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.alerting.answer import ReplyAnswer
    from lambdas.alerting.budget import BudgetWarning, FloodWarning
    from lambdas.alerting.texts.languages.phrases import Phrases


@dataclass(frozen=True, kw_only=True)
class Texts:
    """One message in one language. `document` is JSON for webhooks and queues.

    The e-mail is written only if it is asked for: many agencies have text messages only, and an alert waits for it.
    """

    subject: str
    sms: str
    write_email: Callable[[], str]
    document: str

    @property
    def email(self) -> str:
        """The body of the e-mail."""
        return self.write_email()


def render(message: Alert | BudgetWarning | FloodWarning | ReplyAnswer, *, alert_id: str, language: str) -> Texts:
    """Render the texts of a message.

    `alert_id` is the encounter's id, or the key of the notice. Every attempt to send a message has the same one.

    Raises:
        ValueError: the text message does not fit because the link is too long.
    """
    phrases = PHRASES[language]
    if isinstance(message, Alert):
        return _render_alert(message, phrases, alert_id)
    return _render_headline(message, phrases, alert_id)


def _render_alert(alert: Alert, phrases: Phrases, alert_id: str) -> Texts:
    headline = alert_headline(alert, phrases)
    sms = sms_text(alert, phrases, headline)
    return Texts(
        subject=to_subject(f"{headline}: {alert.case_id}"),
        sms=sms,
        write_email=partial(email_text, alert, phrases, headline),
        document=alert_document(alert, alert_id=alert_id, headline=headline, sms=sms, why=phrases.why_alerted(alert)),
    )


def _render_headline(message: BudgetWarning | FloodWarning | ReplyAnswer, phrases: Phrases, alert_id: str) -> Texts:
    """Render a message that is only a headline."""
    headline = warning_headline(message, phrases)
    sms = to_gsm7(f"{headline}.")
    return Texts(
        subject=to_subject(headline),
        sms=sms,
        write_email=lambda: f"{headline}.\n",
        document=headline_document(message, alert_id=alert_id, headline=headline, sms=sms),
    )
