"""The index-photo function: behind the queue of the gallery bucket's events under photos/."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import boto3

from lambdas.cases.gallery_news import note_new_face
from lambdas.common.batch import each_alone
from lambdas.common.logs import json_log
from lambdas.common.metrics import Metrics
from lambdas.common.probe import PROBE_SOURCE
from lambdas.common.s3_events import object_keys
from lambdas.common.times import now
from lambdas.downloads.shared_pace import SharedPace
from lambdas.ingest.gallery.face_collections import FaceCollections
from lambdas.ingest.gallery.faces import NO_RETRIES
from lambdas.ingest.gallery.index_photo import PhotoIndex, PhotoOutcome
from lambdas.ingest.gallery.lease import Leases

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.common.batch import Record

metrics = Metrics()
dynamodb = boto3.client("dynamodb")
TABLE = os.environ["CASES_TABLE"]
# The account's quota for indexing, kept by all workers together; without it only throttling holds them back.
PER_SECOND = os.environ.get("INDEX_PER_SECOND")
pace = (
    SharedPace(dynamodb=dynamodb, table=TABLE, name="rekognition", per_second=float(PER_SECOND)) if PER_SECOND else None
)
photos = PhotoIndex(
    s3=boto3.client("s3"),
    bucket=os.environ["GALLERY_BUCKET"],
    leases=Leases(dynamodb=dynamodb, table=TABLE, now=now),
    faces=FaceCollections(
        rekognition=boto3.client("rekognition", config=NO_RETRIES),
        dynamodb=dynamodb,
        table=TABLE,
        deployed=os.environ["FACE_COLLECTION"],
        pace=pace,
    ),
)


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """A photo in another worker's hands fails alone and is delivered again."""
    return each_alone(event, reconcile)


def reconcile(record: Record) -> None:
    """Bring the faces of each photo that the notification names into step."""
    for key in object_keys(record["body"]):
        outcome = photos.reconcile(key)
        # A probe is no reason to search everybody again.
        if outcome is PhotoOutcome.INDEXED and not key.startswith(f"photos/{PROBE_SOURCE}/"):
            note_new_face(dynamodb, table=TABLE, at=now())
        metrics.count(outcome.value)
