"""One environment of one agency: its stacks, and what the functions of each may use of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk

from stacks.alerting import Alerting
from stacks.console import Console
from stacks.detection import Detection
from stacks.feeds import Feeds
from stacks.fleet import Fleet
from stacks.ingest import Ingest
from stacks.review import Review
from stacks.sync import Sync

if TYPE_CHECKING:
    from constructs import Construct

    from agencies.settings import Settings


class AgencyEnvironment(cdk.Stage):
    """The stacks, in the order of their dependencies. A stack takes the grants of each of its functions by name."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings) -> None:
        super().__init__(scope, name)
        ingest = Ingest(self, "Ingest", settings=settings)
        fleet = Fleet(self, "Fleet", settings=settings)
        alerting = Alerting(
            self, "Alerting", settings=settings, notify=[ingest.may_read_cases(), fleet.may_read_cameras("GetItem")]
        )
        detection = Detection(
            self,
            "Detection",
            settings=settings,
            store_capture=[fleet.may_identify_things(), alerting.encounters.may_count_captures()],
            match=[ingest.may_search(), fleet.may_read_cameras("BatchGetItem"), alerting.may_open_encounters()],
            retrospective=[alerting.encounters.may_scan(), ingest.may_follow_gallery()],
        )
        sync = Sync(
            self,
            "Sync",
            settings=settings,
            gallery_bucket=ingest.gallery.bucket_name,
            sync=[ingest.may_change_gallery(), detection.may_delete_evidence(), alerting.encounters.may_withdraw()],
            machine=ingest.may_read_plans(),
        )
        console = None
        if settings.console.enabled:
            console = self._console(
                settings, ingest=ingest, fleet=fleet, detection=detection, alerting=alerting, sync=sync
            )
        Review(
            self,
            "Review",
            settings=settings,
            links_api=alerting.links,
            detection_bucket=detection.captures.bucket_name,
            console_origin=console.origin if console else "",
            links=[
                ingest.may_show_cases(),
                fleet.may_read_cameras("GetItem"),
                detection.may_view_evidence(),
                alerting.encounters.may_decide(),
            ],
            uploads=[
                alerting.encounters.may_read_upload_links(),
                detection.may_put_captures("MayPutUploads", cameras="*/upload-*"),
            ],
            daily=[
                detection.may_settle_evidence(),
                alerting.encounters.may_list("by-strength", "alerts-due"),
                alerting.encounters.may_decide(),
            ],
            reply=[
                alerting.encounters.may_list(),
                alerting.encounters.may_decide(),
                alerting.encounters.may_add_notices(),
            ],
        )
        if settings.feeds:
            captures = detection.may_put_captures("MayPutFeedPictures", cameras="feed-*")
            Feeds(self, "Feeds", settings=settings, read_feed=[captures])
        cdk.Tags.of(self).add("homeward:stage", settings.stage)

    def _console(
        self, settings: Settings, *, ingest: Ingest, fleet: Fleet, detection: Detection, alerting: Alerting, sync: Sync
    ) -> Console:
        return Console(
            self,
            "Console",
            settings=settings,
            grants=[
                ingest.may_browse_cases(),
                fleet.may_read_cameras("Scan"),
                detection.may_view_evidence(),
                alerting.encounters.may_browse(),
                alerting.encounters.may_decide(),
                sync.may_close_cases(),
                ingest.may_choose_faces(),
            ],
        )
