"""One environment of one agency."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk

from stacks.alerting import Alerting
from stacks.detection import Detection
from stacks.feeds import Feeds
from stacks.fleet import Fleet
from stacks.ingest import Ingest
from stacks.review import Review
from stacks.sync import Sync

if TYPE_CHECKING:
    from constructs import Construct

    from agencies.settings import Settings


class Agency(cdk.Stage):
    """The parts of one deployment."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings) -> None:
        super().__init__(scope, name)
        env = cdk.Environment(account=settings.account, region=settings.region)
        ingest = Ingest(self, "Ingest", settings=settings, env=env)
        fleet = Fleet(self, "Fleet", settings=settings, env=env)
        alerting = Alerting(self, "Alerting", settings=settings, ingest=ingest, fleet=fleet, env=env)
        detection = Detection(
            self, "Detection", settings=settings, ingest=ingest, fleet=fleet, alerting=alerting, env=env
        )
        Review(
            self,
            "Review",
            settings=settings,
            ingest=ingest,
            fleet=fleet,
            alerting=alerting,
            detection=detection,
            env=env,
        )
        Sync(self, "Sync", settings=settings, ingest=ingest, alerting=alerting, detection=detection, env=env)
        if settings.feeds:
            Feeds(self, "Feeds", settings=settings, detection=detection, env=env)
        cdk.Tags.of(self).add("homeward:stage", settings.stage)
