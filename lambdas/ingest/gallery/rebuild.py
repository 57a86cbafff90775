"""A new face collection from the stored photos, for a new face model: built beside the one in use, then swapped in.

start    the record gallery/collection names the new one as `building`; from here on each photo that changes gets its
         face in both
fill     every stored photo that has none yet gets its face in the new one; may be killed and started again
swap     one conditional write makes the new one `active` and the old one `previous`; searches follow at once
rollback the same, back; both were kept in step all the time
finish   the previous one is deleted, and with it the way back
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

_PASSES = 5


class RebuildError(RuntimeError):
    """This step is not to be done now; the text says what is."""


@dataclass(frozen=True, kw_only=True)
class Rebuild:
    """The rebuilding of a gallery's face collection.

    Args:
        photos: indexes a photo in every collection that is in use.
        on_photo: told of each photo that was looked at.
    """

    photos: PhotoIndex
    on_photo: Callable[[str, PhotoOutcome | None], None] = lambda key, outcome: None  # noqa: ARG005 - nobody watches

    def start(self, name: str) -> CollectionsInUse:
        """Create the collection and have it kept in step from now on; to start the same one again changes nothing.

        Raises:
            RebuildError: another one is being built, or the last one is not finished.
        """
        in_use = self._in_use()
        if in_use.building == name:
            return in_use
        if in_use.building or in_use.previous or name == in_use.active:
            raise RebuildError(
                f"{in_use.building or in_use.previous or name} is there already: finish or roll back that rebuild first"
            )
        try:
            self.photos.faces.rekognition.create_collection(CollectionId=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
                raise
        return self._point(in_use, CollectionsInUse(active=in_use.active, building=name))

    def fill(self) -> int:
        """Index what the collections in use lack, pass after pass until a pass finds nothing.

        Returns:
            The number of photos that could not be dealt with, so that the swap must wait.

        Raises:
            RebuildError: no collection is being built.
        """
        if self._in_use().building is None:
            raise RebuildError("no collection is being built: start a rebuild first")
        failed = 0
        for _ in range(_PASSES):
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
        """Make the new collection the one that is searched.

        Raises:
            RebuildError: none is being built, or some photos are not in it yet.
        """
        in_use = self._in_use()
        if in_use.building is None:
            raise RebuildError("no collection is being built: start a rebuild first")
        lacking = next(self._lacking(), None)
        if lacking is not None:
            raise RebuildError(f"{lacking} and perhaps others are not in {in_use.building} yet: fill it first")
        return self._point(in_use, CollectionsInUse(active=in_use.building, previous=in_use.active))

    def rollback(self) -> CollectionsInUse:
        """Search the previous collection again, and keep the new one as the previous.

        Raises:
            RebuildError: there is no previous one.
        """
        in_use = self._in_use()
        if in_use.previous is None:
            raise RebuildError("there is no previous collection to go back to")
        return self._point(in_use, CollectionsInUse(active=in_use.previous, previous=in_use.active))

    def finish(self) -> CollectionsInUse:
        """Delete the collection that is not searched: the previous one, or one whose building is given up.

        Raises:
            RebuildError: there is none.
        """
        in_use = self._in_use()
        doomed = in_use.previous or in_use.building
        if doomed is None:
            raise RebuildError("there is only the collection that is searched")
        # Out of the record first: a photo that is being indexed must not miss it.
        after = self._point(in_use, CollectionsInUse(active=in_use.active))
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
        """The keys of the photos of which some collection in use was told nothing yet."""
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

    def _point(self, before: CollectionsInUse, after: CollectionsInUse) -> CollectionsInUse:
        """Write the record, on condition that nobody did since it was read."""
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
                    "somebody else changed the collections in use: look at them and decide anew"
                ) from error
            raise
        return after
