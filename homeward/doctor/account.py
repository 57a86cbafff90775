"""Checks of the account: credentials, quotas, and whether AWS may keep the pictures."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from agencies.workers import index_workers, match_workers
from homeward.doctor.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from agencies.settings import Settings

_REKOGNITION_CALLS = ("SearchFacesByImage", "IndexFaces")
_OTHER_FUNCTIONS = 10  # alerts, receipts, webhooks, review, and what the schedules start
_OPT_OUT = "attach an AI services opt-out policy in AWS Organizations: docs/agency-it/deploying.md#ai-opt-out"


def check_credentials(settings: Settings, client: Callable[[str], Any]) -> Finding:
    """Compare the account and region of the credentials with the agency's file."""
    sts = client("sts")
    account, region = sts.get_caller_identity()["Account"], sts.meta.region_name
    used = f"account {account}, region {region}"
    if settings.account in {None, account} and settings.region in {None, region}:
        return Finding("ok", used)
    expected = f"account {settings.account or account}, region {settings.region or region}"
    advice = "use the credentials of that account, and set AWS_REGION; nothing else here is about this environment"
    return Finding("failed", f"{used}; the agency's file says {expected}", advice)


def check_rekognition_quota(settings: Settings, client: Callable[[str], Any]) -> Finding:
    """Compare the requests a second that Rekognition allows with those that the agency's file asks for."""
    wanted = settings.matching.rekognition_requests_per_second
    quotas = _rekognition_quotas(client("service-quotas"))
    unknown = [call for call in _REKOGNITION_CALLS if call not in quotas]
    if unknown:
        advice = f"look for {' and '.join(unknown)} in the console: Service Quotas, Amazon Rekognition"
        return Finding("not checked", f"Service Quotas does not list {' and '.join(unknown)}", advice)
    allowed = ", ".join(f"{call} {quotas[call]:g}" for call in _REKOGNITION_CALLS)
    finding = f"{allowed} requests a second; rekognition_requests_per_second = {wanted:g}"
    if (lowest := min(quotas.values())) < wanted:
        advice = f"set rekognition_requests_per_second = {lowest:g}, or ask AWS for more (Service Quotas)"
        return Finding("warning", finding, advice)
    return Finding("ok", finding)


def _rekognition_quotas(service_quotas: Any) -> dict[str, float]:
    """Return the lowest quota that names each call. The applied value replaces the default of the same quota."""
    values: dict[str, tuple[str, float]] = {}
    for operation in ("list_aws_default_service_quotas", "list_service_quotas"):
        for page in service_quotas.get_paginator(operation).paginate(ServiceCode="rekognition"):
            values |= {quota["QuotaCode"]: (quota["QuotaName"], quota["Value"]) for quota in page["Quotas"]}
    found = {
        call: [value for name, value in values.values() if re.search(rf"\b{call}\b", name)]
        for call in _REKOGNITION_CALLS
    }
    return {call: min(named) for call, named in found.items() if named}


def check_lambda_concurrency(settings: Settings, client: Callable[[str], Any]) -> Finding:
    """Compare the functions that Lambda lets run at once with those that the work queues start."""
    per_second = settings.matching.rekognition_requests_per_second
    needed = match_workers(per_second) + index_workers(per_second) + _OTHER_FUNCTIONS
    allowed = client("lambda").get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    finding = f"{allowed} functions at once; this environment uses up to {needed}"
    if allowed < needed:
        advice = "ask AWS for more (Service Quotas, AWS Lambda, Concurrent executions); until then a rush waits, and"
        return Finding("warning", finding, f"{advice} captures that wait too long end in CaptureEventsDeadLetters")
    return Finding("ok", finding)


def check_ai_opt_out(settings: Settings, client: Callable[[str], Any]) -> Finding:
    """Read whether AWS may keep the pictures that Rekognition gets, to improve its services."""
    del settings
    try:
        answer = client("organizations").describe_effective_policy(PolicyType="AISERVICES_OPT_OUT_POLICY")
    except ClientError as error:
        if error.response["Error"]["Code"] == "AWSOrganizationsNotInUseException":
            advice = f"create an organization with this account, which is free; then {_OPT_OUT}"
            return Finding("warning", "the account is in no organization, so it cannot opt out", advice)
        if error.response["Error"]["Code"] == "EffectivePolicyNotFoundException":
            return Finding("warning", "no opt-out policy: AWS may keep pictures to improve Rekognition", _OPT_OUT)
        raise
    services = json.loads(answer["EffectivePolicy"]["PolicyContent"]).get("services", {})
    choice = services.get("rekognition") or services.get("default") or {}
    if "optOut" in json.dumps(choice.get("opt_out_policy")):
        return Finding("ok", "Rekognition keeps no pictures to improve its services")
    return Finding("warning", "the opt-out policy does not cover Rekognition: AWS may keep pictures", _OPT_OUT)
