"""Upload links: for a limited time, their holder may upload pictures as captures of one camera, and see nothing.

A link is an item of the encounters table, `upload#ID`, so that deleting it ends the link.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

import msgspec

from lambdas.common.base64url import may_be_token
from lambdas.common.dynamodb import from_attributes, to_attributes
from lambdas.encounters.table import encounter_key, read_item

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

_KIND = "upload-link"


class UploadLink(msgspec.Struct, frozen=True, kw_only=True):
    """The record of a link. Only a digest of its secret is kept. `expires_at` is in seconds since 1970."""

    encounter_id: str
    camera: str
    token_sha256: str
    expires_at: int
    kind: str = _KIND

    @property
    def link_id(self) -> str:
        """The part of the link's path after `/u/`."""
        return self.encounter_id.removeprefix(_key(""))


def new_upload_link(dynamodb: DynamoDBClient, *, table: str, camera: str, expires_at: datetime) -> str:
    """Record a new link, and return its path."""
    link_id, token = secrets.token_hex(8), secrets.token_urlsafe(16)
    link = UploadLink(
        encounter_id=_key(link_id), camera=camera, token_sha256=_digest(token), expires_at=int(expires_at.timestamp())
    )
    dynamodb.put_item(TableName=table, Item=to_attributes(msgspec.to_builtins(link)))
    return f"/u/{link_id}/{token}"


def find_upload_link(
    dynamodb: DynamoDBClient, *, table: str, link_id: str, token: str, now: datetime
) -> UploadLink | None:
    """Return the link; None if there is none, the secret is wrong, or it has expired."""
    if not may_be_token(link_id) or not may_be_token(token):
        return None
    item = read_item(dynamodb, table=table, key=_key(link_id))
    if item.get("kind") != _KIND:
        return None
    link = msgspec.convert(item, type=UploadLink)
    is_right = hmac.compare_digest(_digest(token), link.token_sha256)
    return link if is_right and now.timestamp() < link.expires_at else None


def valid_upload_links(dynamodb: DynamoDBClient, *, table: str, now: datetime) -> Iterator[UploadLink]:
    """List the links that have not expired, in no order."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="kind = :kind AND expires_at > :now",
        ExpressionAttributeValues=to_attributes({":kind": _KIND, ":now": int(now.timestamp())}),
        ConsistentRead=True,
    )
    for page in pages:
        yield from (msgspec.convert(from_attributes(item), type=UploadLink) for item in page["Items"])


def revoke_upload_link(dynamodb: DynamoDBClient, *, table: str, link_id: str) -> bool:
    """Delete a link; False if there is none. A form that a browser has loaded works until its signature expires."""
    answer = dynamodb.delete_item(TableName=table, Key=encounter_key(_key(link_id)), ReturnValues="ALL_OLD")
    return bool(answer.get("Attributes"))


def _key(link_id: str) -> str:
    return f"upload#{link_id}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
