from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from homeward.doctor.account import (
    check_ai_opt_out,
    check_credentials,
    check_lambda_concurrency,
    check_rekognition_quota,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from agencies.settings import Settings
    from tests.support.answers import Answers

SEARCH = "Transactions per second per account for SearchFacesByImage"
INDEX = "Transactions per second per account for IndexFaces"


def quota(code: str, name: str, value: float) -> dict[str, Any]:
    return {"ServiceCode": "rekognition", "QuotaCode": code, "QuotaName": name, "Value": value}


def add_quotas(answers: Answers, defaults: list[dict[str, Any]], applied: list[dict[str, Any]]) -> None:
    expected = {"ServiceCode": "rekognition"}
    answers.add("service-quotas", "list_aws_default_service_quotas", {"Quotas": defaults}, expected)
    answers.add("service-quotas", "list_service_quotas", {"Quotas": applied}, expected)


@pytest.mark.parametrize(("account", "grade"), [("111111111111", "ok"), ("222222222222", "failed")])
def test_credentials_must_be_of_the_files_account(
    agency: Callable[..., Settings], answers: Answers, account: str, grade: str
) -> None:
    answers.add("sts", "get_caller_identity", {"Account": account})
    found = check_credentials(agency(), answers)
    assert found.grade == grade
    assert f"account {account}, region us-east-1" in found.finding


def test_credentials_must_be_of_the_files_region(
    agency: Callable[..., Settings], answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    answers.add("sts", "get_caller_identity", {"Account": "111111111111"})
    found = check_credentials(agency(), answers)
    assert found.grade == "failed"
    assert "region eu-west-1; the agency's file says account 111111111111, region us-east-1" in found.finding


@pytest.mark.parametrize(
    ("default", "applied", "grade"),
    [(50, None, "ok"), (5, None, "warning"), (5, 50, "ok"), (50, 5, "warning")],
)
def test_the_applied_quota_counts_before_the_default(
    agency: Callable[..., Settings], answers: Answers, default: float, applied: float | None, grade: str
) -> None:
    defaults = [quota("L-1", SEARCH, default), quota("L-2", INDEX, 50), quota("L-3", "Image SearchFaces", 1)]
    add_quotas(answers, defaults, [quota("L-1", SEARCH, applied)] if applied else [])
    found = check_rekognition_quota(agency(), answers)
    assert found.grade == grade
    assert ("rekognition_requests_per_second = 5," in found.advice) == (grade == "warning")


def test_a_quota_that_is_not_listed_is_not_guessed(agency: Callable[..., Settings], answers: Answers) -> None:
    add_quotas(answers, [quota("L-1", SEARCH, 50)], [])
    found = check_rekognition_quota(agency(), answers)
    assert (found.grade, found.finding) == ("not checked", "Service Quotas does not list IndexFaces")


@pytest.mark.parametrize(("allowed", "grade"), [(10, "warning"), (46, "warning"), (47, "ok"), (1000, "ok")])
def test_lambda_concurrency_is_compared_with_the_work_queues(
    agency: Callable[..., Settings], answers: Answers, allowed: int, grade: str
) -> None:
    """50 requests a second are 12 searches and 25 photos at once."""
    answers.add("lambda", "get_account_settings", {"AccountLimit": {"UnreservedConcurrentExecutions": allowed}})
    found = check_lambda_concurrency(agency(), answers)
    assert (found.grade, found.finding) == (grade, f"{allowed} functions at once; this environment uses up to 47")


@pytest.mark.parametrize(
    ("services", "grade"),
    [
        ({"default": {"opt_out_policy": "optOut"}}, "ok"),
        ({"default": {"opt_out_policy": {"@@assign": "optOut"}}}, "ok"),
        ({"rekognition": {"opt_out_policy": "optOut"}}, "ok"),
        ({"default": {"opt_out_policy": "optOut"}, "rekognition": {"opt_out_policy": "optIn"}}, "warning"),
        ({"lex": {"opt_out_policy": "optOut"}}, "warning"),
        ({}, "warning"),
    ],
)
def test_the_policy_must_opt_rekognition_out(
    agency: Callable[..., Settings], answers: Answers, services: dict[str, Any], grade: str
) -> None:
    policy = {"EffectivePolicy": {"PolicyContent": json.dumps({"services": services})}}
    answers.add("organizations", "describe_effective_policy", policy, {"PolicyType": "AISERVICES_OPT_OUT_POLICY"})
    assert check_ai_opt_out(agency(), answers).grade == grade


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("AWSOrganizationsNotInUseException", "in no organization"),
        ("EffectivePolicyNotFoundException", "no opt-out policy"),
    ],
)
def test_an_account_without_a_policy_is_told_so(
    agency: Callable[..., Settings], answers: Answers, code: str, said: str
) -> None:
    answers.refuse("organizations", "describe_effective_policy", code)
    found = check_ai_opt_out(agency(), answers)
    assert (found.grade, said in found.finding) == ("warning", True)
