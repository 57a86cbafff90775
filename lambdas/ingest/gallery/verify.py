"""Compare the gallery bucket, the cases table and the face collections, and repair the differences."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.cases.case import ENROLLED_KINDS, CaseStatus
from lambdas.cases.table import CASE_RECORD, WITHOUT_PICTURE, photo_record
from lambdas.common.dynamodb import Item, from_attributes
from lambdas.common.keys import PHOTOS, photo_key, photo_of_external_image_id, photo_of_key
from lambdas.common.s3_objects import objects_under
from lambdas.ingest.gallery.lease import LeaseBusyError, LeaseLostError
from lambdas.ingest.gallery.rekognition import AmbiguousIndexError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lambdas.ingest.gallery.bucket_and_table import Gallery
    from lambdas.ingest.gallery.index_photo import PhotoIndex
    from lambdas.ingest.gallery.withdraw import Withdrawal


@dataclass(frozen=True)
class Difference:
    """A photo, by its key in the bucket, that is out of sync."""

    key: str
    problem: str


@dataclass(kw_only=True)
class GalleryState:
    """A snapshot of the bucket, the table and the collections. 50,000 photos take about 60 MB of memory."""

    objects: set[str] = field(default_factory=set)
    statuses: dict[str, CaseStatus] = field(default_factory=dict)
    photos: dict[str, Item] = field(default_factory=dict)
    faces: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Face ids by photo key and collection."""


@dataclass(frozen=True, kw_only=True)
class Verification:
    """The verification of a gallery.

    Args:
        photos: repairs a photo under its lease, and names the collections.
        withdrawal: repairs a closed case that still has photos.
        gallery: the bucket and the table.
        on_repair: called after each difference, with whether the repair succeeded.
    """

    photos: PhotoIndex
    withdrawal: Withdrawal
    gallery: Gallery
    on_repair: Callable[[Difference, bool], None] = lambda difference, repaired: None  # noqa: ARG005 - the default does nothing

    def read(self) -> GalleryState:
        """Read the three stores. A concurrent change may look like a difference, which the repair tolerates."""
        state = GalleryState()
        objects = objects_under(self.gallery.s3, bucket=self.gallery.bucket, prefix=PHOTOS)
        state.objects = {item["Key"] for item in objects}
        for item in self._records():
            if item["record"] == CASE_RECORD:
                state.statuses[item["case_id"]] = CaseStatus(item["status"])
            else:
                photo_id = item["record"].removeprefix(photo_record(""))
                state.photos[photo_key(item["case_id"], photo_id)] = item
        # Read the faces last. A face that was indexed meanwhile then lacks its record, which a repair tolerates.
        for collection in self.photos.faces.kept():
            for face_id, external in collection.all_faces():
                of_photo = state.faces.setdefault(_key_of(external), defaultdict(list))
                of_photo[collection.collection].append(face_id)
        return state

    def differences(self, state: GalleryState) -> Iterator[Difference]:
        """Yield the first difference of each photo that is out of sync."""
        collections = self.photos.faces.in_use().kept
        for key in sorted(state.objects | state.photos.keys() | state.faces.keys()):
            problem = _problem(state, key, collections)
            if problem is not None:
                yield Difference(key, problem)

    def repair(self, state: GalleryState) -> int:
        """Repair each photo that is out of sync. Return the number of failed repairs."""
        failed = 0
        for difference in self.differences(state):
            repaired = self._repair_one(state, difference.key)
            failed += not repaired
            self.on_repair(difference, repaired)
        return failed

    def _repair_one(self, state: GalleryState, key: str) -> bool:
        try:
            case_id, photo_id = photo_of_key(key)
            status = state.statuses.get(case_id)
            if status is None:
                self.gallery.delete_photo_object(case_id, photo_id)
            elif status is not CaseStatus.OPEN:
                self.withdrawal.withdraw(case_id, status)
            seen = {name: state.faces.get(key, {}).get(name, []) for name in self.photos.faces.in_use().kept}
            self.photos.reconcile(key, seen=seen)
        except (LeaseBusyError, LeaseLostError, AmbiguousIndexError, ClientError, ValueError):
            return False
        return True

    def _records(self) -> Iterator[Item]:
        pages = self.gallery.dynamodb.get_paginator("scan").paginate(
            TableName=self.gallery.table,
            FilterExpression="#record = :case OR begins_with(#record, :photo)",
            ProjectionExpression="case_id, #record, #status, face_status, kind, faces, lease_owner",
            ExpressionAttributeNames={"#record": "record", "#status": "status"},
            ExpressionAttributeValues={":case": {"S": CASE_RECORD}, ":photo": {"S": photo_record("")}},
            ConsistentRead=True,
        )
        for page in pages:
            yield from map(from_attributes, page["Items"])


def _problem(state: GalleryState, key: str, collections: tuple[str, ...]) -> str | None:
    record = state.photos.get(key)
    faces = state.faces.get(key, {})
    try:
        case_id, _ = photo_of_key(key)
    except ValueError as error:
        return str(error)
    if state.statuses.get(case_id) is not CaseStatus.OPEN:
        return _problem_of_closed(state, key, case_id)
    if record is None:
        return "a stored photo without a record" if key in state.objects else "a face without a record"
    if record.get("face_status") in WITHOUT_PICTURE:
        return "a face of a photo that was never stored" if faces else None
    if key not in state.objects:
        return "a record without a stored photo"
    return next((problem for name in collections if (problem := _problem_in(record, faces, name))), None)


def _problem_of_closed(state: GalleryState, key: str, case_id: str) -> str | None:
    status = state.statuses.get(case_id)
    case = f"a case that is {status.value}" if status else "a case that the gallery does not have"
    if key in state.faces:
        return f"a face of {case}"
    if key in state.objects:
        return f"a photo of {case}"
    return f"a photo's record of {case}"


def _problem_in(record: Item, faces: dict[str, list[str]], collection: str) -> str | None:
    """Describe what is wrong with a photo of an open case in one collection, or return None."""
    recorded = record.get("faces", {}).get(collection, {})
    found = faces.get(collection, [])
    if record.get("kind") not in ENROLLED_KINDS:
        return f"a face of a photo of kind {record.get('kind')}" if found else None
    if "lease_owner" in record:
        return "a worker did not release its lease"
    if not recorded:
        return f"not indexed in {collection}"
    expected = [recorded["face_id"]] if "face_id" in recorded else []
    if found == expected:
        return None
    return f"{collection} has {len(found)} faces of the photo, which do not match its record"


def _key_of(external_image_id: str) -> str:
    """Return the key of the photo that a face belongs to. An invalid ExternalImageId stands for itself."""
    try:
        return photo_key(*photo_of_external_image_id(external_image_id))
    except ValueError:
        return external_image_id
