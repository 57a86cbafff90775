"""What the 2018 prototype did with a match: read whether the person was alerted to lately, write, then publish.

Written from its description, as the reference of benchmarks and tests. Between its read and its write lie the races
that the product is measured against.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sns import SNSClient

QUIET_S = 600.0


@dataclass(frozen=True, kw_only=True)
class Prototype:
    """Its table has one item a person: `person`, and `alerted_s`, when it was alerted to."""

    dynamodb: DynamoDBClient
    sns: SNSClient
    table: str
    topic_arn: str

    def alert_once(self, number: str, compose: Callable[[], str], *, now_s: float) -> bool:
        """Publish what `compose` gives, unless this person was alerted to in the last ten minutes.

        `now_s` is in seconds. Returns whether it published.
        """
        key = {"person": {"S": number}}
        known = self.dynamodb.get_item(TableName=self.table, Key=key).get("Item")
        if known and now_s - float(known["alerted_s"]["N"]) < QUIET_S:
            return False
        self.dynamodb.put_item(TableName=self.table, Item={**key, "alerted_s": {"N": str(now_s)}})
        self.sns.publish(TopicArn=self.topic_arn, Message=compose())
        return True
