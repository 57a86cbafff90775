"""A lease on a photo's record, so that only one worker at a time changes the faces of the photo.

A worker that dies leaves its lease behind. The worker that takes over the expired lease knows that the photo may have a
face that no record names, because Rekognition's IndexFaces has no idempotency token.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.cases.table import photo_record
from lambdas.common.dynamodb import is_condition_failure, to_attributes, update_if
from lambdas.common.times import to_text
from lambdas.ingest.gallery.updates import update_request

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

_LEASE_DURATION = timedelta(seconds=90)  # longer than the timeout of a worker


class LeaseBusyError(RuntimeError):
    """Another worker holds the lease. Retry later; the queue does so by itself."""


class LeaseLostError(RuntimeError):
    """The lease expired and another worker took it, or the record is gone. Undo the work."""


@dataclass(frozen=True)
class Lease:
    """A held lease. `photo` is the earlier record; `taken_over` says that the last holder never released the lease."""

    case_id: str
    photo_id: str
    owner: str
    photo: dict[str, Any]
    taken_over: bool


@dataclass(frozen=True, kw_only=True)
class Leases:
    """The leases on the photos of the cases table."""

    dynamodb: DynamoDBClient
    table: str
    now: Callable[[], datetime]

    def take(self, case_id: str, photo_id: str) -> Lease:
        """Take the lease on a photo, and create the photo's record if there is none.

        Raises:
            LeaseBusyError: another worker holds the lease.
        """
        owner = uuid.uuid4().hex
        photo = update_if(
            self.dynamodb,
            TableName=self.table,
            Key=_key(case_id, photo_id),
            UpdateExpression="SET lease_owner = :owner, lease_until = :until",
            ConditionExpression="attribute_not_exists(lease_owner) OR lease_until < :now",
            ExpressionAttributeValues=to_attributes(
                {":owner": owner, ":until": to_text(self.now() + _LEASE_DURATION), ":now": to_text(self.now())}
            ),
            ReturnValues="ALL_OLD",
        )
        if photo is None:
            raise LeaseBusyError(f"another worker holds the lease on {case_id} photo {photo_id}")
        return Lease(case_id, photo_id, owner, photo, taken_over="lease_owner" in photo)

    def release(self, lease: Lease, *, changes: dict[str, Any] | None = None) -> None:
        """Change the photo's record and end the lease in one write. A value of None removes the attribute.

        Raises:
            LeaseLostError: the lease is no longer held.
        """
        self._update(lease, {**(changes or {}), "lease_owner": None, "lease_until": None})

    def delete_record(self, lease: Lease) -> None:
        """Delete the photo's record, and with it the lease.

        Raises:
            LeaseLostError: the lease is no longer held.
        """
        try:
            self.dynamodb.delete_item(
                TableName=self.table,
                Key=_key(lease.case_id, lease.photo_id),
                ConditionExpression="lease_owner = :owner",
                ExpressionAttributeValues=to_attributes({":owner": lease.owner}),
            )
        except ClientError as error:
            if is_condition_failure(error):
                raise _lost(lease) from error
            raise

    def abandon(self, lease: Lease) -> None:
        """Let the lease expire as if its holder had died. The next worker then looks for unrecorded faces.

        Raises:
            LeaseLostError: the lease is no longer held.
        """
        self._update(lease, {"lease_until": "0000"})

    def _update(self, lease: Lease, changes: dict[str, Any]) -> None:
        updated = update_if(
            self.dynamodb,
            TableName=self.table,
            Key=_key(lease.case_id, lease.photo_id),
            ConditionExpression="lease_owner = :holder",
            **update_request(changes, values={":holder": lease.owner}),
        )
        if updated is None:
            raise _lost(lease)


def _key(case_id: str, photo_id: str) -> dict[str, Any]:
    return to_attributes({"case_id": case_id, "record": photo_record(photo_id)})


def _lost(lease: Lease) -> LeaseLostError:
    return LeaseLostError(f"lost the lease on {lease.case_id} photo {lease.photo_id}")
