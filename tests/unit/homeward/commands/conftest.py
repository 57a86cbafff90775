"""What several commands need: a gallery with one case, and encounters to review."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from homeward.deployment.outputs import connect
from lambdas.cases.case import Case, Name, SourcePhoto
from lambdas.common.photos import PreparedPhoto
from lambdas.common.times import now
from lambdas.ingest.gallery.wiring import open_gallery, open_photos
from tests.support.review_desk import Desk
from tests.support.stories import put_case

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from tests.support.town import Town

CASE = "namus:MP1"
KEYS = [f"photos/namus/MP1/{photo}.jpg" for photo in ("a", "b")]


@pytest.fixture
def filled(town: Town) -> Town:
    """An open case with two photos. The second photo has no face."""
    deployment = connect("town-dev")
    gallery, photos = open_gallery(deployment), open_photos(deployment)
    listed = tuple(SourcePhoto(photo_id=photo, url=photo) for photo in ("a", "b"))
    gallery.open_case(
        Case(case_id=CASE, source="namus", source_id="MP1", names=(Name(given="Marlowe"),), photos=listed), b"{}"
    )
    town.rekognition.found[KEYS[1]] = []
    for photo, key in zip(listed, KEYS, strict=True):
        picture = PreparedPhoto(jpeg=key.encode(), width_px=200, height_px=240, source_format="JPEG", source_sha256=key)
        gallery.put_photo(CASE, photo, picture)
        photos.reconcile(key)
    gallery.finish_case(CASE, content_sha256="1", source_modified="2025")
    return town


@pytest.fixture
def desk(town: Town, s3: S3Client, dynamodb: DynamoDBClient) -> Desk:
    """Encounters of a case at the camera cam-01, which stands at North Station."""
    dynamodb.put_item(TableName="cameras", Item={"camera": {"S": "cam-01"}, "site": {"S": "North Station"}})
    s3.put_object(Bucket="gallery", Key="photos/namus/MP900101/910101.jpg", Body=b"photo")
    put_case(dynamodb)
    return Desk(s3, dynamodb, now)
