"""A lease on one photo's record, so that only one worker at a time changes the faces of that photo.

A worker that dies leaves its lease behind. Whoever takes it over once it has run out knows from that alone that a face
may exist which no record names: Rekognition's IndexFaces has no idempotency token.
"""

from __future__ import annotations

import contextlib
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.cases.table import photo_record
from lambdas.common.dynamodb import from_attributes, is_condition_failure, to_attributes
from lambdas.common.times import to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

_LEASED_FOR = timedelta(seconds=90)  # longer than a worker may run


class LeaseBusyError(RuntimeError):
    """Another worker holds the lease; the queue delivers again."""


class LeaseLostError(RuntimeError):
    """The lease ran out and somebody else took it, or the record is gone; what was done must be undone."""


@dataclass(frozen=True)
class Lease:
    """A held lease. `photo` is the record as it was before, `taken_over` that its last holder never gave it back."""

    case_id: str
    photo_id: str
    owner: str
    photo: dict[str, Any]
    taken_over: bool


@dataclass(frozen=True, kw_only=True)
class Leases:
    """The leases of the photos in the cases table."""

    dynamodb: DynamoDBClient
    table: str
    now: Callable[[], datetime]

    def take(self, case_id: str, photo_id: str) -> Lease:
        """Take the photo's lease; its record is made if there is none.

        Raises:
            LeaseBusyError: somebody else holds it.
        """
        owner = uuid.uuid4().hex
        try:
            answer = self.dynamodb.update_item(
                TableName=self.table,
                Key=_key(case_id, photo_id),
                UpdateExpression="SET lease_owner = :owner, lease_until = :until",
                ConditionExpression="attribute_not_exists(lease_owner) OR lease_until < :now",
                ExpressionAttributeValues=to_attributes(
                    {":owner": owner, ":until": to_text(self.now() + _LEASED_FOR), ":now": to_text(self.now())}
                ),
                ReturnValues="ALL_OLD",
            )
        except ClientError as error:
            if is_condition_failure(error):
                raise LeaseBusyError(f"{case_id} photo {photo_id} is in another worker's hands") from error
            raise
        photo = from_attributes(answer.get("Attributes", {}))
        return Lease(case_id, photo_id, owner, photo, taken_over="lease_owner" in photo)

    def give_back(self, lease: Lease, *, changes: dict[str, Any] | None = None) -> None:
        """Write what the photo's record is to say, and end the lease, in one write; a value of None is removed.

        Raises:
            LeaseLostError: the lease is no longer held.
        """
        changes = changes or {}
        names = {f"#{name}": name for name in changes}
        kept = [f"#{name} = :{name}" for name, value in changes.items() if value is not None]
        removed = [f"#{name}" for name, value in changes.items() if value is None]
        update = (
            f"{'SET ' + ', '.join(kept) if kept else ''} REMOVE {', '.join(['lease_owner', 'lease_until', *removed])}"
        )
        values = {f":{name}": value for name, value in changes.items()} | {":owner": lease.owner}
        request: Any = {"ExpressionAttributeNames": names} if names else {}
        with _losing(lease):
            self.dynamodb.update_item(
                TableName=self.table,
                Key=_key(lease.case_id, lease.photo_id),
                UpdateExpression=update,
                ConditionExpression="lease_owner = :owner",
                ExpressionAttributeValues=to_attributes(values),
                **request,
            )

    def drop(self, lease: Lease) -> None:
        """Delete the photo's record and the lease with it.

        Raises:
            LeaseLostError: the lease is no longer held.
        """
        with _losing(lease):
            self.dynamodb.delete_item(
                TableName=self.table,
                Key=_key(lease.case_id, lease.photo_id),
                ConditionExpression="lease_owner = :owner",
                ExpressionAttributeValues=to_attributes({":owner": lease.owner}),
            )

    def abandon(self, lease: Lease) -> None:
        """End the lease as if its holder had died: the next one looks for a face that no record names.

        Raises:
            LeaseLostError: the lease is no longer held.
        """
        with _losing(lease):
            self.dynamodb.update_item(
                TableName=self.table,
                Key=_key(lease.case_id, lease.photo_id),
                UpdateExpression="SET lease_until = :over",
                ConditionExpression="lease_owner = :owner",
                ExpressionAttributeValues=to_attributes({":owner": lease.owner, ":over": "0000"}),
            )


def _key(case_id: str, photo_id: str) -> dict[str, Any]:
    return to_attributes({"case_id": case_id, "record": photo_record(photo_id)})


@contextlib.contextmanager
def _losing(lease: Lease) -> Iterator[None]:
    """A failed condition means that the lease is no longer held."""
    try:
        yield
    except ClientError as error:
        if is_condition_failure(error):
            raise LeaseLostError(f"lost the lease on {lease.case_id} photo {lease.photo_id}") from error
        raise
