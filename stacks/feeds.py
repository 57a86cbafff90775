"""The feeds stack: feeds of pictures -> detection bucket, on a schedule each; only where the agency's file has any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
import msgspec
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_destinations as destinations

from stacks.constructs.function import Function, may
from stacks.constructs.storage import encryption_key, table
from stacks.constructs.work_queue import failure_queue

if TYPE_CHECKING:
    from constructs import Construct

    from agencies.settings import Settings
    from stacks.detection import Detection


class Feeds(cdk.Stack):
    """What reads the feeds, and what it has seen of them."""

    def __init__(
        self, scope: Construct, name: str, *, settings: Settings, detection: Detection, env: cdk.Environment
    ) -> None:
        super().__init__(scope, name, env=env, description=f"Homeward {settings.stage}: feeds of pictures")
        self._settings, self._detection = settings, detection
        self.key = encryption_key(self, settings=settings)
        read = self._read_function()
        for feed in settings.feeds:
            events.Rule(
                self,
                f"Feed-{feed.name}",
                schedule=events.Schedule.rate(cdk.Duration.minutes(feed.interval_minutes)),
                targets=[targets.LambdaFunction(read, event=events.RuleTargetInput.from_object({"feed": feed.name}))],
            )
        cdk.CfnOutput(self, "ReadFeedFunctionOutput", value=read.function_name).override_logical_id("ReadFeedFunction")

    def _read_function(self) -> Function:
        seen = table(
            self,
            "Seen",
            settings=self._settings,
            key=self.key,
            partition="feed",
            sort="record",
            time_to_live_attribute="expires_at",
        )
        failures = failure_queue(self, "FeedFailures", key=self.key, kept=cdk.Duration.days(14))
        return Function(
            self,
            "ReadFeed",
            settings=self._settings,
            handler="feeds.read_feed",
            description="Reads a feed; each of its pictures becomes a capture, once",
            policies=[self._detection.may_put_captures("MayPutFeedPictures", cameras="feed-*")],
            statements=[
                may("kms:Decrypt", "kms:GenerateDataKey", on=[self.key.key_arn]),
                may("dynamodb:GetItem", "dynamodb:PutItem", on=[seen.table_arn]),
            ],
            environment={
                "FEEDS": self._feeds(),
                "FEEDS_TABLE": seen.table_name,
                "DETECTION_BUCKET": self._detection.captures.bucket_name,
            },
            timeout=cdk.Duration.minutes(10),
            memory_mb=1024,
            # The next run does the same and more: one more try is for what passes, the queue for what stays.
            retry_attempts=1,
            max_event_age=cdk.Duration.hours(1),
            on_failure=destinations.SqsDestination(failures),
        )

    def _feeds(self) -> str:
        """The agency's [[feeds]] as lambdas/feeds/settings.py reads them."""
        feeds = [feed.model_dump(exclude={"interval_minutes"}) for feed in self._settings.feeds]
        return msgspec.json.encode({"contact": self._settings.contact, "feeds": feeds}).decode()
