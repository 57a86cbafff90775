"""Count attempts in a fixed period: wrong guesses, which lock, looks, which are audited once, and searches by photo.

The items are in the encounters table, `attempts#WHAT`. DynamoDB's TTL only cleans them up, days late.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from lambdas.common.dynamodb import update_if
from lambdas.encounters.table import read_item, update_request

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

MAX_GUESSES = 5
PERIOD = timedelta(minutes=15)
# The looks of one person in this time are one record of the audit.
ONE_LOOK = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """The counts of the encounters table. A period begins with the first attempt and ends by itself."""

    dynamodb: DynamoDBClient
    table: str

    def count(self, key: str, *, now: datetime, number: int = 1, period: timedelta = PERIOD) -> int:
        """Count attempts, and return how many there are in this period."""
        instant = int(now.timestamp())
        again = update_request(
            self.table,
            key,
            "ADD attempts :number",
            condition="expires_at > :now",
            values={":number": number, ":now": instant},
        )
        first = update_request(
            self.table,
            key,
            "SET kind = :kind, expires_at = :ends, attempts = :number",
            condition="attribute_not_exists(expires_at) OR expires_at <= :now",
            values={
                ":kind": "attempts",
                ":number": number,
                ":now": instant,
                ":ends": instant + int(period.total_seconds()),
            },
        )
        for update in (again, first, again):  # the last one if another began the period in between
            if counted := update_if(self.dynamodb, **update, ReturnValues="ALL_NEW"):
                return int(counted["attempts"])
        return number

    def so_far(self, key: str, *, now: datetime) -> int:
        """Return the number of attempts in the current period."""
        item = read_item(self.dynamodb, table=self.table, key=key)
        return int(item["attempts"]) if item.get("expires_at", 0) > now.timestamp() else 0


def attempts_key(*parts: str) -> str:
    """Build the key of a count. The digest hides addresses, and bounds what comes from outside."""
    kind, *who = parts
    return f"attempts#{kind}#{hashlib.sha256(chr(0).join(who).encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"
