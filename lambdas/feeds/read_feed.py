"""Read one feed: each of its images becomes one capture of the camera `feed-NAME`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from lambdas.common.photos import MAX_PHOTO_BYTES, prepare_photo
from lambdas.common.trusted_time import time_taken
from lambdas.detection.capture import Capture, name_based_id
from lambdas.detection.message import ReceivedCapture
from lambdas.detection.store_capture import drop_capture
from lambdas.downloads.errors import UnavailableError
from lambdas.downloads.outages import is_outage
from lambdas.feeds.entries import MAX_FEED_BYTES
from lambdas.feeds.limited_parser import parse_feed
from lambdas.feeds.seen import MAX_AGE

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mypy_boto3_s3 import S3Client

    from lambdas.downloads.polite_client import PoliteClient
    from lambdas.feeds.entries import Entry
    from lambdas.feeds.seen import Seen
    from lambdas.feeds.settings import FeedSettings

# Shorter than the interval between runs, so that runs of one feed never overlap.
_MAX_DURATION = timedelta(minutes=4)
_MAX_FAILURES_IN_A_ROW = 3


class FeedReport(msgspec.Struct, kw_only=True):
    """Counts of images by outcome. The next run retries those `failed` and `left`.

    `skipped` counts the entries and links that could not be read, by reason.
    """

    feed: str
    changed: bool = True
    submitted: int = 0
    unusable: int = 0
    failed: int = 0
    left: int = 0
    skipped: dict[str, int] = {}


@dataclass(kw_only=True)
class FeedReader:
    """One run over one feed. A crash or a concurrent run never makes two captures of one image."""

    feed: FeedSettings
    client: PoliteClient
    seen: Seen
    s3: S3Client
    bucket: str
    now: Callable[[], datetime]
    failures_in_a_row: int = 0

    def read(self) -> FeedReport:
        """Submit every image that is not done yet.

        Raises:
            UnreadableFeedError: the body is not a feed, or takes too long to read.
            SourceError: the feed itself cannot be fetched.
        """
        report = FeedReport(feed=self.feed.name)
        answer = self.client.get_if_changed(self.feed.url, validators=self.seen.validators(), max_bytes=MAX_FEED_BYTES)
        if answer.body is None:
            report.changed = False
            return report
        started = self.now()
        parsed = parse_feed(answer.body, url=self.feed.url)
        report.skipped = parsed.skipped
        for entry in parsed.entries:
            if time_taken(entry.published_at, arrived_at=started).at > started - MAX_AGE:
                self._submit_images(entry, report, until=started + _MAX_DURATION)
        if not report.failed and not report.left:
            self.seen.remember_validators(answer.validators)
        return report

    def _submit_images(self, entry: Entry, report: FeedReport, *, until: datetime) -> None:
        for image in entry.images:
            capture = self._capture(entry, image)
            if self.seen.has(capture.capture_id):
                continue
            if self.now() > until or self.failures_in_a_row >= _MAX_FAILURES_IN_A_ROW:
                report.left += 1
                continue
            try:
                self._submit(image, capture)
            except UnavailableError:
                self.failures_in_a_row += 1
                report.failed += 1
                continue
            except Exception as error:
                if is_outage(error):
                    raise
                report.unusable += 1
            else:
                report.submitted += 1
            self.failures_in_a_row = 0
            self.seen.add(capture.capture_id, dated=capture.time_doubt is None)

    def _submit(self, image: str, capture: Capture) -> None:
        """Fetch and store an image, prepared like a gallery photo: type checked, upright, no metadata, limited size."""
        jpeg = prepare_photo(self.client.get(image, max_bytes=MAX_PHOTO_BYTES)).jpeg
        drop_capture(self.s3, bucket=self.bucket, received=ReceivedCapture(capture=capture, jpeg=jpeg), now=self.now())

    def _capture(self, entry: Entry, image: str) -> Capture:
        received_at = self.now()
        taken = time_taken(entry.published_at, arrived_at=received_at)
        return Capture(
            capture_id=name_based_id(self.feed.camera, entry.entry_id, image),
            camera=self.feed.camera,
            captured_at=taken.at,
            received_at=received_at,
            time_doubt=taken.doubt,
        )
