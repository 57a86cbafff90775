from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from homeward.deployment.outputs import OPTIONAL_STACKS, STACKS, Deployment
from homeward.doctor.environment import check_alarms, check_failure_queues, check_stacks, check_subscriptions
from tests.support.town import DESK, MAIL

if TYPE_CHECKING:
    from collections.abc import Callable

    from agencies.settings import Settings
    from tests.support.answers import Answers

FEED = '[[feeds]]\nname = "news"\nurl = "https://news.example/feed"\npermission = "letter of 2026-10-01"\n'
TOPIC = "arn:aws:sns:us-east-1:111111111111:alerts"


def add_stack(answers: Answers, stack: str, state: str | None) -> None:
    name = f"town-dev-{stack}"
    if state is None:
        answers._stubber("cloudformation").add_client_error(
            "describe_stacks", "ValidationError", f"Stack with id {name} does not exist"
        )
        return
    described = {"StackName": name, "StackStatus": state, "CreationTime": "2026-11-23T03:00:00Z"}
    answers.add("cloudformation", "describe_stacks", {"Stacks": [described]}, {"StackName": name})


@pytest.mark.parametrize(
    ("changed", "grade", "said"),
    [
        ({}, "ok", "7 stacks are deployed"),
        ({"Alerting": "UPDATE_ROLLBACK_COMPLETE"}, "warning", "Alerting UPDATE_ROLLBACK_COMPLETE"),
        ({"Sync": None}, "failed", "Sync is not deployed"),
        ({"Fleet": "ROLLBACK_COMPLETE", "Sync": "UPDATE_IN_PROGRESS"}, "failed", "Fleet ROLLBACK_COMPLETE, Sync UPD"),
        (dict.fromkeys((*STACKS, "Console")), "failed", "the environment is not deployed"),
    ],
)
def test_every_stack_must_have_been_updated_well(
    agency: Callable[..., Settings], answers: Answers, changed: dict[str, str | None], grade: str, said: str
) -> None:
    for stack in (*STACKS, "Console"):
        add_stack(answers, stack, changed.get(stack, "UPDATE_COMPLETE"))
    found = check_stacks(agency(), answers)
    assert (found.grade, said in found.finding) == (grade, True)


@pytest.mark.parametrize(
    ("more", "optional"), [("", {"Console"}), (FEED, {"Feeds", "Console"}), ("[console]\nenabled = false\n", set())]
)
def test_optional_stacks_are_expected_where_they_are_on(
    agency: Callable[..., Settings], answers: Answers, more: str, optional: set[str]
) -> None:
    for stack in STACKS:
        add_stack(answers, stack, "CREATE_COMPLETE")
    for stack in OPTIONAL_STACKS:
        if stack in optional:
            add_stack(answers, stack, None)
    missing = ", ".join(f"{stack} is not deployed" for stack in OPTIONAL_STACKS if stack in optional)
    assert check_stacks(agency(more), answers).finding == (missing or f"{len(STACKS)} stacks are deployed")


def alarming(answers: Answers, alarms: list[str]) -> Deployment:
    resources = [
        {"LogicalResourceId": name, "PhysicalResourceId": name, "ResourceType": kind, "ResourceStatus": "OK"}
        | {"LastUpdatedTimestamp": "2026-11-23T03:00:00Z"}
        for name, kind in [("stuck", "AWS::CloudWatch::Alarm"), ("topic", "AWS::SNS::Topic")]
    ]
    request = {"StackName": "town-dev-Alerting"}
    answers.add("cloudformation", "list_stack_resources", {"StackResourceSummaries": resources}, request)
    found = {"MetricAlarms": [{"AlarmName": name} for name in alarms]}
    asked = {"AlarmNames": ["stuck"], "AlarmTypes": ["MetricAlarm", "CompositeAlarm"], "StateValue": "ALARM"}
    answers.add("cloudwatch", "describe_alarms", found, asked)
    return Deployment(stage="town-dev", outputs={}, client=answers, stacks=("town-dev-Alerting",))


def test_only_alarms_of_this_environment_are_read(agency: Callable[..., Settings], answers: Answers) -> None:
    assert check_alarms(agency(), alarming(answers, [])).finding == "none of 1 in ALARM"
    found = check_alarms(agency(), alarming(answers, ["stuck"]))
    assert (found.grade, found.finding) == ("failed", "in ALARM: stuck")


def test_failure_queues_must_be_empty(agency: Callable[..., Settings], answers: Answers) -> None:
    queues = {f"{name}FailuresUrl": f"https://sqs.example/123456789012/{name}" for name in ("Capture", "Notify")}
    pages = {"LinksUrl": "https://links.example", "ConsoleUrl": "https://console.example/start"}
    outputs = {**queues, **pages, "EncountersTable": "encounters"}
    deployment = Deployment(stage="town-dev", outputs=outputs, client=answers)
    alert = {"encounter_id": {"S": "e1"}}
    for counts, alerts, grade, said in (
        (("0", "0"), [], "ok", "all 3 are empty"),
        (("0", "3"), [alert], "failed", "NotifyFailures 3, FailedAlerts 1"),
    ):
        for count in counts:
            answers.add("sqs", "get_queue_attributes", {"Attributes": {"ApproximateNumberOfMessages": count}})
        answers.add("dynamodb", "query", {"Items": alerts})
        found = check_failure_queues(agency(), deployment)
        assert (found.grade, found.finding) == (grade, said)


@pytest.mark.parametrize(
    ("more", "subscribed", "grade", "said"),
    [
        ("", {}, "warning", "the agency's file has no recipients"),
        (DESK + MAIL, {"+15035550142": "arn:1", "mail@agency.example": "arn:2"}, "ok", "all 2 recipients"),
        (
            DESK + MAIL,
            {"+15035550142": "arn:1", "mail@agency.example": "PendingConfirmation"},
            "failed",
            "not confirmed: mail@agency.example",
        ),
        (DESK + MAIL, {"+15035550142": "arn:1"}, "failed", "in the agency's file but not subscribed: mail"),
    ],
)
def test_every_recipient_is_subscribed_and_confirmed(
    agency: Callable[..., Settings], answers: Answers, more: str, subscribed: dict[str, str], grade: str, said: str
) -> None:
    listed: list[dict[str, Any]] = [{"Endpoint": to, "SubscriptionArn": arn} for to, arn in subscribed.items()]
    answers.add("sns", "list_subscriptions_by_topic", {"Subscriptions": listed}, {"TopicArn": TOPIC})
    deployment = Deployment(stage="town-dev", outputs={"AlertTopic": TOPIC}, client=answers)
    found = check_subscriptions(agency(more), deployment)
    assert (found.grade, found.finding) == (grade, said)
