"""A schedule: an EventBridge rule that starts one target again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_events as events

from stacks.constructs.nag import acknowledge

if TYPE_CHECKING:
    import aws_cdk as cdk
    from constructs import Construct


def repeat(scope: Construct, name: str, *, every: cdk.Duration, target: events.IRuleTarget) -> None:
    """Start the target at this rate."""
    rule = events.Rule(scope, name, schedule=events.Schedule.rate(every), targets=[target])
    acknowledge(rule, "schedule")
