"""A feed's website, the feeds table, and a reader."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import stamina
from PIL import Image

from lambdas.downloads.pace import ProcessPace
from lambdas.downloads.polite_client import PoliteClient
from lambdas.feeds.read_feed import FeedReader
from lambdas.feeds.seen import Seen
from lambdas.feeds.settings import FeedSettings
from tests.support.website import Website

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from lambdas.feeds.read_feed import FeedReport
    from tests.support.clock import Clock

FEED = FeedSettings(
    name="shelter",
    url="https://shelter.example/feed.xml",
    permission="Letter of 2026-10-01",
    image_origins=("https://pictures.example",),
)


def picture(seed: int = 1) -> httpx.Response:
    encoded = io.BytesIO()
    Image.new("RGB", (200, 240), (seed * 37 % 256, 91, 90)).save(encoded, "PNG")
    return httpx.Response(200, content=encoded.getvalue())


def rss(*items: str) -> httpx.Response:
    head = '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>x</title>'
    return httpx.Response(200, text=f"{head}{''.join(items)}</channel></rss>", headers={"etag": f'"{len(items)}"'})


def item(number: int, *images: str, published: str = "Mon, 23 Nov 2026 02:00:00 GMT") -> str:
    links = "".join(f'<enclosure url="{image}" type="image/jpeg" length="1"/>' for image in images)
    return f"<item><guid>{number}</guid><pubDate>{published}</pubDate>{links}</item>"


@dataclass
class Reading:
    """A website and a bucket. Each `read` is one run of the function."""

    website: Website
    s3: S3Client
    dynamodb: DynamoDBClient
    clock: Clock

    def read(self, **changes: Any) -> FeedReport:
        client = PoliteClient(
            base_url=FEED.url,
            contact="homeward@agency.example",
            pace=ProcessPace(1e6),
            permission=FEED.permission,
            further_origins=FEED.image_origins,
            transport=httpx.MockTransport(self.website),
        )
        seen = Seen(dynamodb=self.dynamodb, table="feeds", feed=FEED.name, now=self.clock)
        options: dict[str, Any] = {"client": client, "seen": seen, "s3": self.s3} | changes
        return FeedReader(feed=FEED, bucket="detection", now=self.clock, **options).read()

    def captures(self) -> dict[str, dict[str, str]]:
        """Return the metadata of each capture by key."""
        listed = self.s3.list_objects_v2(Bucket="detection").get("Contents", [])
        return {each["Key"]: self.s3.head_object(Bucket="detection", Key=each["Key"])["Metadata"] for each in listed}

    def search_all(self) -> None:
        """Delete the captures, as the match function does with people who are not missing."""
        for key in self.captures():
            self.s3.delete_object(Bucket="detection", Key=key)


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture
def reading(s3: S3Client, dynamodb: DynamoDBClient, clock: Clock) -> Reading:
    dynamodb.create_table(
        TableName="feeds",
        KeySchema=[{"AttributeName": "feed", "KeyType": "HASH"}, {"AttributeName": "record", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "feed", "AttributeType": "S"},
            {"AttributeName": "record", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return Reading(Website(), s3, dynamodb, clock)
