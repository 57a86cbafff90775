"""The index-photo function. Its queue gets the events of the gallery bucket under photos/.

The console invokes it with the face that a person chose in a photo with several:

    {"choice": {"case_id": "namus:MP900101", "photo_id": "910102", "etag": "...", "face": 2, "by": "kim"}}
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.cases.new_faces import note_new_face
from lambdas.cases.probe import PROBE_SOURCE
from lambdas.common.batch import process_batch
from lambdas.common.keys import photos_prefix
from lambdas.common.logs import json_log
from lambdas.common.metrics import Metrics
from lambdas.common.s3_events import object_keys
from lambdas.common.times import now
from lambdas.ingest.gallery.chosen_face import Choice, choose_face
from lambdas.ingest.gallery.index_photo import PhotoOutcome
from lambdas.ingest.gallery.wiring import open_photos
from lambdas.ingest.resources import FunctionResources

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.common.batch import EventRecord

metrics = Metrics()
resources = FunctionResources()
# The account's quota for indexing. Without the variable only Rekognition's throttling limits the rate.
photos = open_photos(resources, per_second=float(os.environ.get("INDEX_PER_SECOND", "0")) or None)


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Handle each message on its own: SQS redelivers only those that failed, such as a photo under another lease."""
    if "choice" in event:
        return {"is_chosen": choose(msgspec.convert(event["choice"], type=Choice))}
    return process_batch(event, reconcile)


def choose(choice: Choice) -> bool:
    """Enroll the face that a person chose; False if the photo is no longer as that person saw it."""
    outcome = choose_face(photos, choice)
    if outcome:
        metrics.count(outcome.value)
    return outcome is not None


def reconcile(record: EventRecord) -> None:
    """Reconcile the faces of each photo that the notification names."""
    for key in object_keys(record["body"]):
        outcome = photos.reconcile(key)
        # A probe's face must not start a search of all held captures.
        if outcome is PhotoOutcome.INDEXED and not key.startswith(photos_prefix(PROBE_SOURCE)):
            note_new_face(resources.client("dynamodb"), table=resources["CasesTable"], at=now())
        metrics.count(outcome.value)
