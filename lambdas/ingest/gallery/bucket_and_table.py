"""The gallery bucket and the cases table, as ingest writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError

from lambdas.cases.case import CaseStatus
from lambdas.cases.table import CASE_RECORD, photo_record, record_key
from lambdas.common.dynamodb import Item, from_attributes, is_condition_failure, to_attributes
from lambdas.common.keys import document_key, photo_key, quarantine_key
from lambdas.common.times import to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from lambdas.cases.case import Case, SourcePhoto
    from lambdas.common.photos import Photo

QUARANTINE_RECORD = "quarantine"


@dataclass(frozen=True, kw_only=True)
class Gallery:
    """Where documents, photos and the records of cases are kept."""

    s3: S3Client
    dynamodb: DynamoDBClient
    bucket: str
    table: str
    now: Callable[[], datetime]

    def case_record(self, case_id: str) -> Item | None:
        """The attributes of the case's record without the case itself, strongly consistent, or None."""
        answer = self.dynamodb.get_item(
            TableName=self.table,
            Key=record_key(case_id, CASE_RECORD),
            ProjectionExpression="#status, content_sha256, source_modified, synced_at",
            ExpressionAttributeNames={"#status": "status"},
            ConsistentRead=True,
        )
        return from_attributes(answer["Item"]) if "Item" in answer else None

    def photo_records(self, case_id: str) -> Iterator[tuple[str, Item]]:
        """Photo id and record of each of the case's photos, strongly consistent."""
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="case_id = :case AND begins_with(#record, :photo)",
            ExpressionAttributeNames={"#record": "record"},
            ExpressionAttributeValues=to_attributes({":case": case_id, ":photo": photo_record("")}),
            ConsistentRead=True,
        )
        for page in pages:
            for attributes in page["Items"]:
                item = from_attributes(attributes)
                yield item["record"].removeprefix(photo_record("")), item

    def open_case(self, case: Case, document: bytes) -> None:
        """Store the document and the case. The case is open from here on, and finished only by `finish_case`."""
        self.s3.put_object(
            Bucket=self.bucket, Key=document_key(case.case_id), Body=document, ContentType="application/json"
        )
        self._update(
            case.case_id,
            CASE_RECORD,
            {
                "status": case.status.value,
                "source": case.source,
                "case": msgspec.json.encode(case).decode(),
                "content_sha256": None,
                "source_modified": None,
                "closing": None,
            },
        )

    def finish_case(self, case_id: str, *, content_sha256: str, source_modified: str | None) -> None:
        """All of the case's photos are dealt with: this version of it need not be fetched again."""
        self._update(
            case_id,
            CASE_RECORD,
            {
                "content_sha256": content_sha256,
                "source_modified": source_modified,
                "synced_at": to_text(self.now()),
                "closing": None,
            },
        )
        self.release_quarantine(case_id)

    def mark_closing(self, case_id: str, status: CaseStatus, *, source_modified: str | None) -> None:
        """Note that the source has closed the case; the end of the sync withdraws it. A closed case is left closed."""
        changes = {"closing": status.value, "source_modified": source_modified, "content_sha256": None}
        self._update_if(case_id, changes, condition="#status = :open", values={":open": CaseStatus.OPEN.value})

    def closing_cases(self, source: str) -> Iterator[tuple[str, CaseStatus, str | None]]:
        """Id, status to come and marker of each case that is marked."""
        pages = self.dynamodb.get_paginator("scan").paginate(
            TableName=self.table,
            FilterExpression="#source = :source AND attribute_exists(closing)",
            ProjectionExpression="case_id, closing, source_modified",
            ExpressionAttributeNames={"#source": "source"},
            ExpressionAttributeValues=to_attributes({":source": source}),
            ConsistentRead=True,
        )
        for page in pages:
            for item in map(from_attributes, page["Items"]):
                yield item["case_id"], CaseStatus(item["closing"]), item.get("source_modified")

    def close_case(self, case_id: str, status: CaseStatus, *, source_modified: str | None) -> bool:
        """Set the status of a case that the gallery has; from here on none of its photos gets a face."""
        changes = {
            "status": status.value,
            "content_sha256": None,
            "source_modified": source_modified,
            "synced_at": to_text(self.now()),
            "closing": None,
        }
        return self._update_if(case_id, changes, condition="attribute_exists(case_id)", values={})

    def quarantine(self, case_id: str, document: bytes, *, reason: str, source_modified: str | None) -> None:
        """Keep a document that could not be read, with the reason; the case stays as it was."""
        self.s3.put_object(
            Bucket=self.bucket,
            Key=quarantine_key(case_id),
            Body=document,
            ContentType="application/json",
            Metadata={"reason": reason.encode("ascii", "replace").decode()[:500].replace("\n", " ")},
        )
        changes = {"reason": reason[:500], "source_modified": source_modified, "synced_at": to_text(self.now())}
        self._update(case_id, QUARANTINE_RECORD, {"source": case_id.split(":", 1)[0], **changes})

    def release_quarantine(self, case_id: str) -> None:
        """Forget that an earlier document of the case could not be read."""
        answer = self.dynamodb.delete_item(
            TableName=self.table, Key=record_key(case_id, QUARANTINE_RECORD), ReturnValues="ALL_OLD"
        )
        if "Attributes" in answer:
            self.s3.delete_object(Bucket=self.bucket, Key=quarantine_key(case_id))

    def put_photo(self, case_id: str, listed: SourcePhoto, photo: Photo) -> None:
        """Store a picture; its record is there first, so that whoever hears of the object finds it."""
        self.record_photo(case_id, listed, {"face_status": "stored", "reason": None})
        self.s3.put_object(
            Bucket=self.bucket,
            Key=photo_key(case_id, listed.photo_id),
            Body=photo.jpeg,
            ContentType="image/jpeg",
            Metadata={"kind": listed.kind.value},
        )

    def record_photo(self, case_id: str, listed: SourcePhoto, changes: dict[str, Any]) -> None:
        """Write a photo's record; what the index function keeps there stays as it is."""
        described = {
            "key": photo_key(case_id, listed.photo_id),
            "kind": listed.kind.value,
            "caption": listed.caption,
            "taken_year": listed.taken_year,
        }
        self._update(case_id, photo_record(listed.photo_id), described | changes)

    def delete_photo_object(self, case_id: str, photo_id: str) -> None:
        """Delete a photo; the event makes the index function delete its face and its record."""
        self.s3.delete_object(Bucket=self.bucket, Key=photo_key(case_id, photo_id))

    def _update(self, case_id: str, record: str, changes: dict[str, Any], **request: Any) -> None:
        """Set attributes, and remove those whose new value is None."""
        kept = ", ".join(f"#{name} = :{name}" for name, value in changes.items() if value is not None)
        removed = ", ".join(f"#{name}" for name, value in changes.items() if value is None)
        values = {f":{name}": value for name, value in changes.items()} | request.pop("values", {})
        self.dynamodb.update_item(
            TableName=self.table,
            Key=record_key(case_id, record),
            UpdateExpression=(f"SET {kept} " if kept else "") + (f"REMOVE {removed}" if removed else ""),
            ExpressionAttributeNames={f"#{name}": name for name in changes} | request.pop("names", {}),
            ExpressionAttributeValues=to_attributes(values),
            **request,
        )

    def _update_if(self, case_id: str, changes: dict[str, Any], *, condition: str, values: dict[str, Any]) -> bool:
        """Update the case's record if the condition holds, and tell whether it did."""
        names = {"#status": "status"} if "#status" in condition else {}
        try:
            self._update(case_id, CASE_RECORD, changes, names=names, values=values, ConditionExpression=condition)
        except ClientError as error:
            if is_condition_failure(error):
                return False
            raise
        return True
