"""What an agency file may say and probably does not mean. Each doubt is one line that begins with its key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from agencies.telephones import country_of, is_in_service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agencies.alerting import Recipient
    from agencies.settings import Settings

_FICTIONAL_DOMAIN = re.compile(r"(.*\.)?(example|example\.(com|org|net)|test|invalid)")
_FICTIONAL_PHONE = re.compile(r"\+1\d{3}55501\d\d")
_EXAMPLE_ACCOUNTS = {"111111111111", "222222222222", "123456789012"}
# Below these, most matches of a gallery of thousands are of strangers.
_LOW_REVIEW, _LOW_ALERT = 70, 85


def doubts(settings: Settings) -> list[str]:
    """Return the doubts about the settings of one environment."""
    found = [*_about_account(settings), *_about_matching(settings), *_about_alerting(settings)]
    for position, recipient in enumerate(settings.alerting.recipients):
        key = f"alerting.recipients.{position}"
        found += [f"{key}: {recipient.name}: {text}" for text in _about_recipient(recipient, settings)]
    return found


def _about_account(settings: Settings) -> Iterator[str]:
    if settings.account in _EXAMPLE_ACCOUNTS:
        yield f"account: {settings.account} is the account of an example"
    if (settings.account is None) != (settings.region is None):
        yield "account: write both account and region, or neither"
    addresses = {"contact": settings.contact.partition("@")[2], "alerting.console_url": _host(settings)}
    for key, domain in addresses.items():
        if _FICTIONAL_DOMAIN.fullmatch(domain):
            yield f"{key}: {domain} is the domain of an example: nothing arrives there"


def _about_matching(settings: Settings) -> Iterator[str]:
    matching = settings.matching
    if matching.review_threshold < _LOW_REVIEW:
        yield f"matching.review_threshold: {matching.review_threshold:g} opens encounters for many strangers"
    if matching.alert_threshold < _LOW_ALERT:
        yield f"matching.alert_threshold: {matching.alert_threshold:g} alerts about many strangers"
    if not settings.sources.enabled:
        yield "sources: none is enabled: the gallery holds only what `homeward import` brings"
    if settings.sources.folder.enabled and "folder" not in settings.sources.in_the_cloud:
        yield "sources.folder.folder: only `homeward sync` reads a folder of this machine, no schedule"


def _about_alerting(settings: Settings) -> Iterator[str]:
    alerting = settings.alerting
    channels = {recipient.channel for recipient in alerting.recipients}
    if not channels:
        yield "alerting.recipients: empty: nobody is told of a match"
    if channels == {"sms"}:
        yield f"alerting.recipients: all are telephones: after {alerting.sms_per_day} messages a day nobody is told"
    if alerting.time_zone == "UTC" and channels:
        yield "alerting.time_zone: alerts show times in UTC; did you mean the zone of a place, such as America/Denver?"
    if alerting.console_url and not settings.console.certificate:
        yield "alerting.console_url: has no effect without console.certificate: the console has an address of AWS"
    if alerting.link_valid_hours > settings.retention.encounter_days * 24:
        yield "alerting.link_valid_hours: longer than retention.encounter_days: links lead to deleted encounters"


def _about_recipient(recipient: Recipient, settings: Settings) -> Iterator[str]:
    if recipient.sms:
        yield from _about_telephone(recipient.sms, settings.country)
    if recipient.email and _FICTIONAL_DOMAIN.fullmatch(recipient.email.partition("@")[2]):
        yield f"{recipient.email} is the address of an example: nothing arrives there"
    if recipient.escalation and not settings.alerting.escalate_after_minutes:
        yield "gets no alert: escalate_after_minutes = 0 turns escalation off"
    if recipient.quiet_for_minors and not recipient.quiet_hours:
        yield "quiet_for_minors does nothing without quiet_hours"
    if unread := [name for name in recipient.filter.sources if name not in settings.sources.enabled]:
        yield f"filter.sources names {', '.join(unread)}, which is not enabled"


def _about_telephone(number: str, country: str) -> Iterator[str]:
    if _FICTIONAL_PHONE.fullmatch(number):
        yield f"{number} is a number of examples: nobody has it"
    elif not is_in_service(number):
        yield f"{number} has an unknown area or carrier code; is it right?"
    elif (other := country_of(number)) and other != country:
        yield f"{number} is a number of {other}; the agency is in {country}"


def _host(settings: Settings) -> str:
    return urlsplit(settings.alerting.console_url or "").hostname or ""
