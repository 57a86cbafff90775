"""Sessions: a random value in a cookie, whose digest is the key of an item. Deleting the item ends the session."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from lambdas.common.dynamodb import from_attributes, to_attributes, update_if
from lambdas.console.person import Person, known_roles
from lambdas.console.web.errors import SignedOutError, TooManyRequestsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.common.dynamodb import Item
    from lambdas.console.access.identity_provider import IdentityProvider, Tokens

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
# How often the user pool is asked whether the person is still welcome, and in which groups.
CHECKED_EACH = timedelta(minutes=15)
# A page with its pictures is about 20 requests.
MAX_REQUESTS_PER_MINUTE = 600


@dataclass(frozen=True, kw_only=True)
class SessionsTable:
    """The items of the table. DynamoDB's TTL only cleans up, so each read compares the times itself."""

    dynamodb: DynamoDBClient
    name: str

    def read(self, value: str) -> Item:
        """Return the item of a cookie's value, empty if there is none."""
        answer = self.dynamodb.get_item(TableName=self.name, Key=_key(value), ConsistentRead=True)
        return from_attributes(answer.get("Item", {}))

    def end(self, value: str) -> None:
        """End a session."""
        self.dynamodb.delete_item(TableName=self.name, Key=_key(value))

    def end_all(self, sub: str) -> int:
        """End every session of a person, and return how many there were."""
        pages = self.dynamodb.get_paginator("scan").paginate(
            TableName=self.name,
            ConsistentRead=True,
            FilterExpression="#sub = :sub",
            ExpressionAttributeNames={"#sub": "sub"},
            ExpressionAttributeValues=to_attributes({":sub": sub}),
        )
        found = [item["session"] for page in pages for item in page["Items"]]
        for session in found:
            self.dynamodb.delete_item(TableName=self.name, Key={"session": session})
        return len(found)


@dataclass(frozen=True, kw_only=True)
class Sessions:
    """The sessions of the console."""

    table: SessionsTable
    provider: IdentityProvider
    now: Callable[[], datetime]

    def start(self, tokens: Tokens) -> str:
        """Start a session, and return the value of its cookie."""
        value, now = secrets.token_urlsafe(32), self._seconds()
        person = tokens.person
        item = {
            **from_attributes(_key(value)),
            "sub": person.sub,
            "name": person.name,
            "groups": sorted(person.groups),
            "refresh_token": tokens.refresh_token,
            "created_at": now,
            "seen_at": now,
            "checked_at": now,
            "minute": 0,
            "requests": 0,
            "expires_at": now + int(LONGEST.total_seconds()),
        }
        self.table.dynamodb.put_item(TableName=self.table.name, Item=to_attributes(item))
        return value

    def open(self, value: str, *, is_poll: bool = False) -> Person:
        """Return the person of a session. A page's own poll does not keep the session from becoming idle.

        Raises:
            SignedOutError: there is no such session, or it has ended.
            TooManyRequestsError: the session sends too many requests.
        """
        item = self._count(value, is_poll=is_poll)
        if not item:
            raise SignedOutError("You are not signed in, or your session has ended.")
        if item["requests"] > MAX_REQUESTS_PER_MINUTE:
            raise TooManyRequestsError("Your browser sends too many requests. Wait a minute.")
        if self._seconds() - item["checked_at"] >= CHECKED_EACH.total_seconds():
            return replace(self._check(value, item["refresh_token"]), session_key=_session_key(value))
        groups = known_roles(item["groups"])
        return Person(sub=item["sub"], name=item["name"], groups=groups, session_key=_session_key(value))

    def end(self, value: str) -> Person | None:
        """End a session and revoke its tokens. Return whose it was; None if there is no such session."""
        item = self.table.read(value)
        if not item:
            return None
        self.table.end(value)
        self.provider.revoke(item["refresh_token"])
        return Person(sub=item["sub"], name=item["name"], groups=known_roles(item["groups"]))

    def _count(self, value: str, *, is_poll: bool) -> Item | None:
        """Count the request if the session is alive, and return its item; None if the session has ended."""
        if counted := self._count_in(value, is_new_minute=False, is_poll=is_poll):
            return counted
        if not self._is_alive(self.table.read(value)):
            return None
        # Another request may begin the minute in between.
        return self._count_in(value, is_new_minute=True, is_poll=is_poll) or self._count_in(
            value, is_new_minute=False, is_poll=is_poll
        )

    def _is_alive(self, item: Item) -> bool:
        now = self._seconds()
        return (
            bool(item)
            and now - item["seen_at"] < IDLE.total_seconds()
            and now - item["created_at"] < LONGEST.total_seconds()
        )

    def _count_in(self, value: str, *, is_new_minute: bool, is_poll: bool) -> Item | None:
        now = self._seconds()
        seen = "" if is_poll else ", seen_at = :now"
        counted = "#minute = :minute, requests = :one" if is_new_minute else "requests = requests + :one"
        values = {
            ":minute": now // 60,
            ":one": 1,
            ":idle": now - int(IDLE.total_seconds()),
            ":oldest": now - int(LONGEST.total_seconds()),
            **({} if is_poll else {":now": now}),
        }
        minute = "#minute <> :minute" if is_new_minute else "#minute = :minute"
        return update_if(
            self.table.dynamodb,
            TableName=self.table.name,
            Key=_key(value),
            UpdateExpression=f"SET {counted}{seen}",
            ConditionExpression=f"{minute} AND seen_at > :idle AND created_at > :oldest",
            ExpressionAttributeNames={"#minute": "minute"},
            ExpressionAttributeValues=to_attributes(values),
            ReturnValues="ALL_NEW",
        )

    def _check(self, value: str, refresh_token: str) -> Person:
        """Ask the user pool about the person, and store their present groups."""
        try:
            person = self.provider.still_welcome(refresh_token)
        except SignedOutError:
            self.table.end(value)
            raise
        update_if(
            self.table.dynamodb,
            TableName=self.table.name,
            Key=_key(value),
            UpdateExpression="SET checked_at = :now, #groups = :groups",
            ConditionExpression="attribute_exists(#session)",
            ExpressionAttributeNames={"#groups": "groups", "#session": "session"},
            ExpressionAttributeValues=to_attributes({":now": self._seconds(), ":groups": sorted(person.groups)}),
        )
        return person

    def _seconds(self) -> int:
        return int(self.now().timestamp())


def _session_key(value: str) -> str:
    """Derive the secret that signs links to pictures. Neither the links nor the table tell it."""
    return hmac.new(value.encode("utf-8", "surrogatepass"), b"pictures", hashlib.sha256).hexdigest()


def _key(value: str) -> Item:
    """Return the typed key of a session. Who reads the table cannot use what is in it as a cookie."""
    return {"session": {"S": hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()}}
