"""The read-feed function. The schedule of each feed invokes it with {"feed": NAME}."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import msgspec

from lambdas.common.logs import json_log
from lambdas.common.metrics import Metrics
from lambdas.common.times import now
from lambdas.downloads.errors import SourceError
from lambdas.downloads.pace import ProcessPace
from lambdas.downloads.polite_client import PoliteClient
from lambdas.downloads.public_only import public_transport
from lambdas.feeds.entries import UnreadableFeedError
from lambdas.feeds.read_feed import FeedReader
from lambdas.feeds.seen import Seen
from lambdas.feeds.settings import read_feeds

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.feeds.settings import FeedSettings

logger = logging.getLogger(__name__)
metrics = Metrics()
s3 = boto3.client("s3")
dynamodb = boto3.client("dynamodb")
# In the code, next to the folder lambdas/.
feeds = read_feeds((Path(__file__).parents[2] / os.environ["FEEDS_FILE"]).read_text(encoding="utf-8"))
TABLE, BUCKET = os.environ["FEEDS_TABLE"], os.environ["DETECTION_BUCKET"]


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Read one feed. Return and count the outcomes of its images; log nothing else about them.

    A feed that cannot be read is one failure with its reason. The next scheduled run tries it again.
    """
    feed = feeds.of_name(event["feed"])
    reader = FeedReader(
        feed=feed,
        client=client(feed),
        seen=Seen(dynamodb=dynamodb, table=TABLE, feed=feed.name, now=now),
        s3=s3,
        bucket=BUCKET,
        now=now,
    )
    try:
        report: dict[str, Any] = msgspec.to_builtins(reader.read())
    except (SourceError, UnreadableFeedError) as error:
        metrics.count("FeedsFailed")
        logger.warning("A feed could not be read", extra={"feed": feed.name, "reason": str(error)})
        raise
    for outcome in ("submitted", "unusable", "failed", "left"):
        metrics.count(f"FeedPictures{outcome.title()}", report[outcome])
    metrics.count("FeedEntriesSkipped", sum(report["skipped"].values()))
    return report


def client(feed: FeedSettings) -> PoliteClient:
    """Build the client of a feed: one request a second, and only to public addresses."""
    return PoliteClient(
        base_url=feed.url,
        contact=feeds.contact,
        pace=ProcessPace(1.0),
        permission=feed.permission,
        further_origins=feed.image_origins,
        transport=public_transport(),
    )
