"""Rebuild the face collection from the stored photos, for a new face model, beside the collection in use.

start    name the new collection `building` in the record gallery/collection; each changed photo now gets a face in both
fill     index every stored photo that the new collection lacks; an interrupted fill continues when run again
swap     make the new collection `active` and the old one `previous` with one conditional write; searches follow at once
rollback swap back; both collections were kept in sync all the time
finish   delete the previous collection, which ends the rebuild
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.cases.collections_in_use import POINTER_KEY, CollectionsInUse
from lambdas.cases.table import photo_record
from lambdas.common.dynamodb import from_attributes, is_condition_failure, to_attributes
from lambdas.common.keys import photo_key
from lambdas.ingest.gallery.lease import LeaseBusyError, LeaseLostError
from lambdas.ingest.gallery.rekognition import AmbiguousIndexError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lambdas.ingest.gallery.index_photo import PhotoIndex, PhotoOutcome

_MAX_PASSES = 5


class RebuildError(RuntimeError):
    """This step of the rebuild is not possible now. The text says which step is."""


@dataclass(frozen=True, kw_only=True)
class Rebuild:
    """The rebuild of a gallery's face collection.

    Args:
        photos: indexes a photo in every collection in use.
        on_photo: called after each photo with its key and its outcome, None for a failure.
    """

    photos: PhotoIndex
    on_photo: Callable[[str, PhotoOutcome | None], None] = lambda key, outcome: None  # noqa: ARG005 - the default does nothing

    def start(self, name: str) -> CollectionsInUse:
        """Create the collection and keep it in sync from now on. To start the same rebuild again is a no-op.

        Raises:
            RebuildError: another rebuild is not finished.
        """
        in_use = self._in_use()
        if in_use.building == name:
            return in_use
        if in_use.building or in_use.previous or name == in_use.active:
            raise RebuildError(
                f"{in_use.building or in_use.previous or name} is in use: finish or roll back that rebuild first"
            )
        try:
            self.photos.faces.rekognition.create_collection(CollectionId=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
                raise
        return self._replace_record(in_use, CollectionsInUse(active=in_use.active, building=name))

    def fill(self) -> int:
        """Index the photos that a collection in use lacks, until a pass finds none.

        Returns:
            The number of photos that failed in the last pass. The swap must wait for them.

        Raises:
            RebuildError: no rebuild was started.
        """
        if self._in_use().building is None:
            raise RebuildError("no collection is being built: start a rebuild first")
        failed = 0
        for _ in range(_MAX_PASSES):
            lacking = failed = 0
            for key in self._lacking():
                lacking += 1
                outcome = self._reconcile(key)
                failed += outcome is None
                self.on_photo(key, outcome)
            if lacking == 0:
                return 0
        return failed

    def swap(self) -> CollectionsInUse:
        """Make the new collection the searched one.

        Raises:
            RebuildError: no rebuild was started, or the new collection still lacks photos.
        """
        in_use = self._in_use()
        if in_use.building is None:
            raise RebuildError("no collection is being built: start a rebuild first")
        lacking = next(self._lacking(), None)
        if lacking is not None:
            raise RebuildError(f"{lacking} and perhaps others are not in {in_use.building} yet: fill it first")
        return self._replace_record(in_use, CollectionsInUse(active=in_use.building, previous=in_use.active))

    def rollback(self) -> CollectionsInUse:
        """Make the previous collection the searched one again, and the new one the previous one.

        Raises:
            RebuildError: there is no previous collection.
        """
        in_use = self._in_use()
        if in_use.previous is None:
            raise RebuildError("there is no previous collection to roll back to")
        return self._replace_record(in_use, CollectionsInUse(active=in_use.previous, previous=in_use.active))

    def finish(self) -> CollectionsInUse:
        """Delete the previous collection, or abandon a rebuild and delete the collection that it was building.

        Raises:
            RebuildError: there is only the searched collection.
        """
        in_use = self._in_use()
        doomed = in_use.previous or in_use.building
        if doomed is None:
            raise RebuildError("there is only the searched collection: nothing to finish")
        # Change the record first, so that no worker indexes a photo into the deleted collection.
        after = self._replace_record(in_use, CollectionsInUse(active=in_use.active))
        try:
            self.photos.faces.rekognition.delete_collection(CollectionId=doomed)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
        return after

    def _reconcile(self, key: str) -> PhotoOutcome | None:
        try:
            return self.photos.reconcile(key)
        except (LeaseBusyError, LeaseLostError, AmbiguousIndexError, ClientError):
            return None

    def _lacking(self) -> Iterator[str]:
        """Yield the keys of the photos whose record lacks an entry for a collection in use."""
        kept = self._in_use().kept
        pages = self.photos.leases.dynamodb.get_paginator("scan").paginate(
            TableName=self.photos.leases.table,
            FilterExpression="begins_with(#record, :photo) AND face_status IN (:indexed, :no_face)",
            ProjectionExpression="case_id, #record, faces",
            ExpressionAttributeNames={"#record": "record"},
            ExpressionAttributeValues=to_attributes(
                {":photo": photo_record(""), ":indexed": "indexed", ":no_face": "no_face"}
            ),
            ConsistentRead=True,
        )
        for page in pages:
            for item in map(from_attributes, page["Items"]):
                if not set(kept) <= item.get("faces", {}).keys():
                    yield photo_key(item["case_id"], item["record"].removeprefix(photo_record("")))

    def _in_use(self) -> CollectionsInUse:
        return self.photos.faces.in_use()

    def _replace_record(self, before: CollectionsInUse, after: CollectionsInUse) -> CollectionsInUse:
        """Write the record if it is still as it was read."""
        names = {"active": after.active, "building": after.building, "previous": after.previous}
        request: Any = {
            "ConditionExpression": "attribute_not_exists(active) OR (active = :active AND "
            + " AND ".join(
                f"{role} = :{role}" if value else f"attribute_not_exists({role})"
                for role, value in (("building", before.building), ("previous", before.previous))
            )
            + ")",
            "ExpressionAttributeValues": to_attributes(
                {":active": before.active, ":building": before.building, ":previous": before.previous}
            ),
        }
        try:
            self.photos.leases.dynamodb.put_item(
                TableName=self.photos.leases.table, Item={**POINTER_KEY, **to_attributes(names)}, **request
            )
        except ClientError as error:
            if is_condition_failure(error):
                raise RebuildError(
                    "another command changed the collections in use. Check them with: homeward gallery stats"
                ) from error
            raise
        return after
