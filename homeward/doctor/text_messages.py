"""Checks of text messages: what SNS needs before a telephone gets an alert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from homeward.doctor.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from agencies.settings import Settings

_PAGE = "docs/agency-it/deploying.md#text-messages"
_DEFAULT_SPEND_LIMIT = 1.0  # dollars a month
_DOLLARS_PER_TEXT = 0.01  # about what a text message to the US costs, with the carrier's fee
_NOBODY = Finding("ok", "no recipient gets text messages")


def _phones(settings: Settings) -> dict[str, str]:
    """Return the telephone numbers by the recipient's name."""
    return {recipient.name: recipient.sms for recipient in settings.alerting.recipients if recipient.sms}


def check_sandbox(settings: Settings, client: Callable[[str], Any]) -> Finding:
    """Check whether the account may send text messages to numbers that nobody verified."""
    if not (phones := _phones(settings)):
        return _NOBODY
    sns = client("sns")
    if not sns.get_sms_sandbox_account_status()["IsInSandbox"]:
        return Finding("ok", "the account is out of the SMS sandbox")
    pages = sns.get_paginator("list_sms_sandbox_phone_numbers").paginate()
    listed = [number for page in pages for number in page["PhoneNumbers"]]
    verified = {number["PhoneNumber"] for number in listed if number["Status"] == "Verified"}
    unverified = [name for name, phone in phones.items() if phone not in verified]
    if unverified:
        finding = f"the account is in the SMS sandbox, and these numbers are not verified: {', '.join(unverified)}"
        return Finding("failed", finding, f"ask AWS to leave the sandbox, or verify the numbers: {_PAGE}")
    return Finding("warning", "the account is in the SMS sandbox; all numbers are verified", f"leave it: {_PAGE}")


def check_spend_limit(settings: Settings, client: Callable[[str], Any]) -> Finding:
    """Compare the month's spend limit with the cost of the daily budget of text messages."""
    if not _phones(settings):
        return _NOBODY
    attributes = client("sns").get_sms_attributes(attributes=["MonthlySpendLimit"])["attributes"]
    limit = float(attributes.get("MonthlySpendLimit") or _DEFAULT_SPEND_LIMIT)
    texts, month = int(limit / _DOLLARS_PER_TEXT), settings.alerting.sms_per_day * 31
    finding = f"${limit:g} a month, about {texts} text messages; sms_per_day allows {month} a month"
    if texts < month:
        advice = f"ask AWS for a higher limit, or lower sms_per_day; at the limit SNS sends nothing: {_PAGE}"
        return Finding("warning", finding, advice)
    return Finding("ok", finding)


def check_origination(settings: Settings, client: Callable[[str], Any]) -> Finding:
    """Check that the account has a number to send from, which carriers in the US demand."""
    american = [name for name, phone in _phones(settings).items() if phone.startswith("+1")]
    if not american:
        return Finding("ok", "no recipient has a US number")
    numbers = _sms_numbers(client("sns"))
    active = [number["PhoneNumber"] for number in numbers if number.get("Status", "").upper() == "ACTIVE"]
    if active:
        return Finding("ok", f"text messages come from {', '.join(active)}")
    pending = [f"{number['PhoneNumber']} ({number.get('Status', 'no status')})" for number in numbers]
    finding = f"not active yet: {', '.join(pending)}" if pending else "no number to send from"
    advice = f"US carriers refuse text messages to {', '.join(american)}: register a toll-free number or 10DLC: {_PAGE}"
    return Finding("failed", finding, advice)


def _sms_numbers(sns: Any) -> list[dict[str, Any]]:
    pages: Iterable[dict[str, Any]] = sns.get_paginator("list_origination_numbers").paginate()
    listed = [number for page in pages for number in page.get("PhoneNumbers", [])]
    return [number for number in listed if "SMS" in number.get("NumberCapabilities", ["SMS"])]


def check_opted_out(settings: Settings, client: Callable[[str], Any]) -> Finding:
    """Check that no recipient answered STOP, after which SNS sends that number nothing."""
    if not (phones := _phones(settings)):
        return _NOBODY
    pages = client("sns").get_paginator("list_phone_numbers_opted_out").paginate()
    stopped = {number for page in pages for number in page["phoneNumbers"]}
    silent = [name for name, phone in phones.items() if phone in stopped]
    if silent:
        advice = "opt them in again with their consent (SNS console, Text messaging), or take them out of the file"
        return Finding("failed", f"answered STOP and get no text messages: {', '.join(silent)}", advice)
    return Finding("ok", "no recipient answered STOP")
