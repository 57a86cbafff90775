from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import EndpointConnectionError

from homeward.deployment.outputs import NotDeployedError
from homeward.doctor import examination
from homeward.doctor.examination import ACCOUNT_CHECKS, CREDENTIALS, ENVIRONMENT, ENVIRONMENT_CHECKS, examine
from homeward.doctor.finding import Finding
from tests.support.town import DESK

if TYPE_CHECKING:
    from collections.abc import Callable

    from agencies.settings import Settings
    from tests.support.answers import Answers


@pytest.fixture
def asked(answers: Answers) -> Answers:
    answers.add("sts", "get_caller_identity", {"Account": "111111111111"})
    return answers


@pytest.mark.parametrize(
    ("code", "status", "grade", "said"),
    [
        ("AccessDeniedException", 400, "not checked", "may not call"),
        ("AuthorizationError", 403, "not checked", "may not call"),
        ("InvalidAction", 400, "not checked", "does not offer"),
        ("UnknownOperationException", 400, "not checked", "does not offer"),
        ("404", 404, "not checked", "does not offer"),
        ("Throttling", 400, "failed", "AWS answered"),
        ("NotFound", 404, "failed", "AWS answered"),
    ],
)
def test_a_check_that_aws_refuses_does_not_stop_the_others(
    agency: Callable[..., Settings], asked: Answers, code: str, status: int, grade: str, said: str
) -> None:
    asked.refuse("service-quotas", "list_aws_default_service_quotas", code, status)
    asked.add("lambda", "get_account_settings", {"AccountLimit": {"UnreservedConcurrentExecutions": 1000}})
    found: dict[str, Finding] = {}
    for name, finding in examine(agency(), asked):
        found[name] = finding
        if name == "lambda concurrency":
            break
    assert list(found) == [CREDENTIALS, "rekognition quota", "lambda concurrency"]
    assert found["rekognition quota"].grade == grade
    assert said in found["rekognition quota"].finding
    assert found["lambda concurrency"].grade == "ok"


def with_checks(monkeypatch: pytest.MonkeyPatch, check: Callable[..., Finding]) -> None:
    monkeypatch.setattr(examination, "ACCOUNT_CHECKS", dict.fromkeys(ACCOUNT_CHECKS, check))
    monkeypatch.setattr(examination, "ENVIRONMENT_CHECKS", dict.fromkeys(ENVIRONMENT_CHECKS, check))


def test_a_service_that_cannot_be_reached_is_not_checked(
    agency: Callable[..., Settings], asked: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: Any) -> Finding:
        raise EndpointConnectionError(endpoint_url="https://organizations.example")

    with_checks(monkeypatch, unreachable)
    monkeypatch.setattr(examination, "find_deployment", lambda *_: None)
    found = dict(examine(agency(DESK), asked))
    assert found.keys() == {CREDENTIALS, *ACCOUNT_CHECKS, *ENVIRONMENT_CHECKS}
    assert {found[name].grade for name in found if name != CREDENTIALS} == {"not checked"}


def test_an_output_that_is_missing_is_not_checked(
    agency: Callable[..., Settings], asked: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_old(*_: Any) -> Finding:
        raise NotDeployedError("town-dev has no output AlertTopic")

    with_checks(monkeypatch, too_old)
    monkeypatch.setattr(examination, "find_deployment", lambda *_: None)
    assert dict(examine(agency(), asked))["subscriptions"].finding == "town-dev has no output AlertTopic"


def test_before_the_deployment_only_the_account_is_checked(
    agency: Callable[..., Settings], asked: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_deployed(*_: Any) -> None:
        raise NotDeployedError("town-dev-Ingest is not deployed")

    with_checks(monkeypatch, lambda *_: Finding("ok", "fine"))
    monkeypatch.setattr(examination, "find_deployment", not_deployed)
    found = dict(examine(agency(), asked))
    assert list(found) == [CREDENTIALS, *ACCOUNT_CHECKS, ENVIRONMENT]
    assert found[ENVIRONMENT] == Finding("not checked", "town-dev-Ingest is not deployed")
