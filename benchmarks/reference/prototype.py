"""The alerting of the 2018 prototype: read the time of the last alert, write the new one, then publish.

Written from its description, as the reference of benchmarks and tests. It races between its read and its write.
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
    """The prototype. Its table has one item per person, with `alerted_s`, the epoch time of the last alert."""

    dynamodb: DynamoDBClient
    sns: SNSClient
    table: str
    topic_arn: str

    def alert_once(self, number: str, compose: Callable[[], str], *, now_s: float) -> bool:
        """Publish the message of `compose`, unless there was an alert for this person in the last ten minutes.

        `now_s` is the epoch time in seconds. Returns whether it published.
        """
        key = {"person": {"S": number}}
        item = self.dynamodb.get_item(TableName=self.table, Key=key).get("Item")
        if item and now_s - float(item["alerted_s"]["N"]) < QUIET_S:
            return False
        self.dynamodb.put_item(TableName=self.table, Item={**key, "alerted_s": {"N": str(now_s)}})
        self.sns.publish(TopicArn=self.topic_arn, Message=compose())
        return True
