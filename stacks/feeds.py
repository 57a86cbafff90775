"""The feeds stack: feeds of pictures -> detection bucket, each on its schedule. Only agencies with feeds have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets

from stacks.constructs.function import Function
from stacks.constructs.grant import may
from stacks.constructs.outputs import add_outputs
from stacks.constructs.schedule import repeat
from stacks.constructs.storage import table
from stacks.constructs.work_queue import failure_queue
from stacks.stack import HomewardStack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from agencies.settings import Settings
    from stacks.constructs.grant import Grant

_FEEDS_FILE = "feeds.json"


class Feeds(HomewardStack):
    """The function that reads the feeds, and the table of entries that it has seen.

    `read_feed` grants the function what it uses of other stacks.
    """

    def __init__(self, scope: Construct, name: str, *, settings: Settings, read_feed: Sequence[Grant]) -> None:
        super().__init__(scope, name, settings=settings, purpose="feeds of pictures")
        read = self._read_function(read_feed)
        for feed in settings.feeds:
            repeat(
                self,
                f"Feed-{feed.name}",
                every=cdk.Duration.minutes(feed.interval_minutes),
                target=targets.LambdaFunction(read, event=events.RuleTargetInput.from_object({"feed": feed.name})),
            )
        add_outputs(self, {"ReadFeedFunction": read.function_name})

    def _read_function(self, grants: Sequence[Grant]) -> Function:
        seen = table(
            self,
            "Seen",
            key=self.key,
            removal=self.removal,
            partition="feed",
            sort="record",
            time_to_live_attribute="expires_at",
        )
        failures = failure_queue(self, "FeedFailures", key=self.key)
        return Function(
            self,
            "ReadFeed",
            handler="feeds.read_feed",
            description="Read a feed and store each new picture as a capture",
            log_days=self.log_days,
            statements=[self.decrypt(), may("dynamodb:GetItem", "dynamodb:PutItem", on=[seen.table_arn])],
            grants=grants,
            environment={"FEEDS_FILE": _FEEDS_FILE, "FEEDS_TABLE": seen.table_name},
            files={_FEEDS_FILE: self.settings.feeds_document},
            timeout=cdk.Duration.minutes(10),
            memory_mb=1024,
            # One retry for transient errors. The next scheduled run does the same work.
            retry_attempts=1,
            max_event_age=cdk.Duration.hours(1),
            failures=failures,
        )
