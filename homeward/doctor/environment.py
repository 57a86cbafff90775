"""Checks of a deployed environment: stacks, alarms, failure queues, subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from homeward.deployment.outputs import OPTIONAL_STACKS, STACKS, describe_stack
from homeward.doctor.finding import Finding
from homeward.failure_queues import count_failures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from agencies.settings import Settings
    from homeward.deployment.outputs import Deployment

_GOOD = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}
_USABLE = {"UPDATE_ROLLBACK_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"}
_ALARMS_PER_REQUEST = 100


def check_stacks(settings: Settings, client: Callable[[str], Any]) -> Finding:
    """Check that every stack is deployed and that its last update succeeded."""
    is_expected = {"Feeds": bool(settings.feeds), "Console": settings.console.enabled}
    expected = [*STACKS, *(stack for stack in OPTIONAL_STACKS if is_expected[stack])]
    cloudformation = client("cloudformation")
    found = {stack: describe_stack(cloudformation, f"{settings.stage}-{stack}") for stack in expected}
    states = {stack: described["StackStatus"] if described else "is not deployed" for stack, described in found.items()}
    deploy = f"npx cdk deploy '{settings.stage}/*'"
    advice = f"{deploy}; the stack's events in the CloudFormation console give reasons"
    if not any(found.values()):
        return Finding("failed", "the environment is not deployed in this account and region", deploy)
    wrong = {stack: state for stack, state in states.items() if state not in _GOOD}
    if not wrong:
        return Finding("ok", f"{len(expected)} stacks are deployed")
    finding = ", ".join(f"{stack} {state}" for stack, state in wrong.items())
    return Finding("warning" if set(wrong.values()) <= _USABLE else "failed", finding, advice)


def check_alarms(settings: Settings, deployment: Deployment) -> Finding:
    """Check that no alarm of the stacks is in the state ALARM."""
    del settings
    names = sorted(_alarm_names(deployment))
    cloudwatch = deployment.client("cloudwatch")
    alarming: list[str] = []
    for start in range(0, len(names), _ALARMS_PER_REQUEST):
        answer = cloudwatch.describe_alarms(
            AlarmNames=names[start : start + _ALARMS_PER_REQUEST],
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
            StateValue="ALARM",
        )
        found = [*answer.get("MetricAlarms", []), *answer.get("CompositeAlarms", [])]
        alarming += [alarm["AlarmName"] for alarm in found]
    if alarming:
        return Finding("failed", f"in ALARM: {', '.join(alarming)}", "the alarm's description says what to do")
    return Finding("ok", f"none of {len(names)} in ALARM")


def _alarm_names(deployment: Deployment) -> Iterator[str]:
    pages = deployment.client("cloudformation").get_paginator("list_stack_resources")
    for stack in deployment.stacks:
        for page in pages.paginate(StackName=stack):
            for resource in page["StackResourceSummaries"]:
                if resource["ResourceType"] in {"AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"}:
                    yield resource["PhysicalResourceId"]


def check_failure_queues(settings: Settings, deployment: Deployment) -> Finding:
    """Check that no message and no alert failed permanently."""
    del settings
    counts = count_failures(deployment)
    waiting = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
    if waiting:
        return Finding("failed", waiting, "docs/agency-it/operations.md#failure-queues says what each needs")
    return Finding("ok", f"all {len(counts)} are empty")


def check_subscriptions(settings: Settings, deployment: Deployment) -> Finding:
    """Check that every recipient's address is subscribed to the alert topic and confirmed."""
    pages = deployment.client("sns").get_paginator("list_subscriptions_by_topic")
    listed = [each for page in pages.paginate(TopicArn=deployment["AlertTopic"]) for each in page["Subscriptions"]]
    pending = [each["Endpoint"] for each in listed if each["SubscriptionArn"] == "PendingConfirmation"]
    subscribed = {each["Endpoint"] for each in listed}
    missing = [
        recipient.name
        for recipient in settings.alerting.recipients
        if (address := recipient.sms or recipient.email) and address not in subscribed
    ]
    if missing:
        advice = f"npx cdk deploy '{settings.stage}/Alerting'"
        return Finding("failed", f"in the agency's file but not subscribed: {', '.join(missing)}", advice)
    if pending:
        advice = "they must open the link in the e-mail from AWS Notifications; `npx cdk deploy` does not send it again"
        return Finding("failed", f"not confirmed: {', '.join(pending)}", advice)
    if not settings.alerting.recipients:
        return Finding("warning", "the agency's file has no recipients", "docs/agency-it/alerting.md#recipients")
    return Finding("ok", f"all {len(settings.alerting.recipients)} recipients")
