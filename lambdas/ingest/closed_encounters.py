"""Encounters that nobody reviewed yet go with their case: their pictures are deleted, and they need no verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.common.case import CaseStatus
from lambdas.common.cases_table import read_status
from lambdas.common.dynamodb import from_attributes, is_condition_failure, to_attributes
from lambdas.common.encounter import Review
from lambdas.common.times import to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, kw_only=True)
class ClosedEncounters:
    """The encounters table, the detection bucket that has their pictures, and the cases table."""

    s3: S3Client
    dynamodb: DynamoDBClient
    bucket: str
    encounters_table: str
    cases_table: str
    now: Callable[[], datetime]

    def withdraw(self) -> int:
        """Withdraw the open encounters of every case that is not open; their number.

        It looks at the cases as they are, so that a sync that was killed before this is made good by the next one.
        """
        is_open: dict[str, bool] = {}
        count = 0
        for encounter_id, case_id in self._unreviewed():
            if case_id not in is_open:
                status = read_status(self.dynamodb, table=self.cases_table, case_id=case_id)
                is_open[case_id] = status is CaseStatus.OPEN
            if not is_open[case_id]:
                count += self._withdraw(encounter_id)
        return count

    def _withdraw(self, encounter_id: str) -> bool:
        """False where somebody has reviewed it in the meantime: then it stays as it is."""
        try:
            self.dynamodb.update_item(
                TableName=self.encounters_table,
                Key={"encounter_id": {"S": encounter_id}},
                UpdateExpression="SET review = :withdrawn, withdrawn_at = :now",
                ConditionExpression="review = :open",
                ExpressionAttributeValues=to_attributes(
                    {":withdrawn": Review.WITHDRAWN.value, ":open": Review.OPEN.value, ":now": to_text(self.now())}
                ),
            )
        except ClientError as error:
            if is_condition_failure(error):
                return False
            raise
        self._delete_pictures(encounter_id)
        return True

    def _delete_pictures(self, encounter_id: str) -> None:
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"encounters/{encounter_id}/"
        )
        for page in pages:
            for item in page.get("Contents", []):
                self.s3.delete_object(Bucket=self.bucket, Key=item["Key"])

    def _unreviewed(self) -> Iterator[tuple[str, str]]:
        pages = self.dynamodb.get_paginator("scan").paginate(
            TableName=self.encounters_table,
            FilterExpression="kind = :encounter AND review = :open",
            ProjectionExpression="encounter_id, case_id",
            ExpressionAttributeValues=to_attributes({":encounter": "encounter", ":open": Review.OPEN.value}),
            ConsistentRead=True,
        )
        for page in pages:
            for item in map(from_attributes, page["Items"]):
                yield item["encounter_id"], item["case_id"]
