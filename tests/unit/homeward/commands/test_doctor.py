from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from homeward.commands import doctor
from homeward.doctor.examination import ACCOUNT_CHECKS, CREDENTIALS, ENVIRONMENT_CHECKS
from homeward.doctor.finding import Finding, Grade
from tests.support.memory_rekognition import client_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.town import Town


@pytest.mark.parametrize(
    ("grades", "code"), [(("ok", "warning", "not checked"), 0), (("ok", "failed", "warning"), 1), ((), 0)]
)
def test_only_a_failed_check_ends_with_1(
    town: Town, monkeypatch: pytest.MonkeyPatch, grades: tuple[Grade, ...], code: int
) -> None:
    found = [(f"check {grade}", Finding(grade, "as it is", "do this" if grade == "failed" else "")) for grade in grades]
    monkeypatch.setattr(doctor, "examine", lambda *_: iter(found))
    arguments = ("doctor", "--agency-file", str(town.agency_file))
    shown = town.run(*arguments)
    assert shown.exit_code == code
    lines = shown.stdout.splitlines()
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == [grade.split()[0] for grade in grades]
    assert (f"{'':<33}-> do this" in lines) == ("failed" in grades)
    as_json = town.run(*arguments, "--json")
    assert as_json.exit_code == code
    assert [(row["name"], row["grade"]) for row in json.loads(as_json.stdout)] == [
        (name, finding.grade) for name, finding in found
    ]


class Forbidden:
    """A client whose every call is denied."""

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def deny(*_: Any, **__: Any) -> None:
            raise client_error("AccessDeniedException", operation)

        return deny


def test_checks_that_the_credentials_may_not_make_do_not_stop_the_others(deploy: Callable[..., Town]) -> None:
    """What the credentials may see is the environment of these tests, whose gallery is empty."""
    denied = ("lambda", "organizations", "service-quotas", "sns", "sqs", "iot", "cloudwatch")
    town = deploy(
        {
            "CaptureFailuresUrl": "https://sqs.example/123456789012/failures",
            "AlertTopic": "arn:topic",
            "CameraType": "camera",
        },
        **dict.fromkeys(denied, Forbidden()),
    )
    result = town.run("doctor", "--agency-file", str(town.agency_file), "--json")
    found = {row["name"]: row for row in json.loads(result.stdout)}
    assert list(found) == [CREDENTIALS, *ACCOUNT_CHECKS, *ENVIRONMENT_CHECKS]
    grades = {name: row["grade"] for name, row in found.items()}
    refused = {"rekognition quota", "lambda concurrency", "ai opt-out", "subscriptions", "cameras", "alarms"}
    assert {name for name, grade in grades.items() if grade == "not checked"} == {*refused, "failure queues"}
    assert {name for name, grade in grades.items() if grade == "failed"} == {"gallery"}
    assert "homeward sync -a town-dev" in found["gallery"]["advice"]
    assert result.exit_code == 1
