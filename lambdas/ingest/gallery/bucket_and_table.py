"""Write documents, photos and the records of cases to the gallery bucket and the cases table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.cases.case import CaseStatus
from lambdas.cases.table import CASE_RECORD, photo_record, read_photos, record_key
from lambdas.common.dynamodb import Item, from_attributes, to_attributes, update_if
from lambdas.common.keys import bad_document_key, document_key, photo_key
from lambdas.common.outside_text import reason_line, reason_metadata
from lambdas.common.times import to_text
from lambdas.ingest.gallery.updates import update_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from lambdas.cases.case import Case, SourcePhoto
    from lambdas.common.photos import PreparedPhoto

QUARANTINE_RECORD = "quarantine"


@dataclass(frozen=True, kw_only=True)
class Gallery:
    """The gallery bucket and the cases table."""

    s3: S3Client
    dynamodb: DynamoDBClient
    bucket: str
    table: str
    now: Callable[[], datetime]

    def case_record(self, case_id: str) -> Item | None:
        """Return the attributes of the case's record without the case itself, strongly consistent, or None."""
        answer = self.dynamodb.get_item(
            TableName=self.table,
            Key=record_key(case_id, CASE_RECORD),
            ProjectionExpression="#status, content_sha256, source_modified, synced_at",
            ExpressionAttributeNames={"#status": "status"},
            ConsistentRead=True,
        )
        return from_attributes(answer["Item"]) if "Item" in answer else None

    def photo_records(self, case_id: str) -> Iterator[tuple[str, Item]]:
        """Return the id and the record of each photo of the case, strongly consistent."""
        return read_photos(self.dynamodb, table=self.table, case_id=case_id)

    def open_case(self, case: Case, document: bytes) -> None:
        """Store the document and the open case. `finish_case` marks the case as complete."""
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
        """Record that this version of the case and all its photos are stored, so that no sync fetches it again."""
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
        """Mark an open case for withdrawal at the end of the sync, with its new status."""
        changes = {"closing": status.value, "source_modified": source_modified, "content_sha256": None}
        names, values = {"#status": "status"}, {":open": CaseStatus.OPEN.value}
        self._update_case_if("#status = :open", case_id, changes, names=names, values=values)

    def closing_cases(self, source: str) -> Iterator[tuple[str, CaseStatus, str | None]]:
        """Yield the id, the new status and the listing's marker of each case that `mark_closing` marked."""
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
        """Close a case, after which none of its photos gets a face. False if the gallery lacks the case."""
        changes = {
            "status": status.value,
            "content_sha256": None,
            "source_modified": source_modified,
            "synced_at": to_text(self.now()),
            "closing": None,
        }
        return self._update_case_if("attribute_exists(case_id)", case_id, changes)

    def quarantine(self, case_id: str, document: bytes, *, reason: str, source_modified: str | None) -> None:
        """Keep an unusable document with the reason. The stored case does not change."""
        self.s3.put_object(
            Bucket=self.bucket,
            Key=bad_document_key(case_id),
            Body=document,
            ContentType="application/json",
            Metadata=reason_metadata(reason),
        )
        changes = {"reason": reason_line(reason), "source_modified": source_modified, "synced_at": to_text(self.now())}
        self._update(case_id, QUARANTINE_RECORD, {"source": case_id.split(":", 1)[0], **changes})

    def quarantined_cases(self, source: str, *, since: str) -> Iterator[tuple[str, str]]:
        """Yield the id and the reason of each case of the source that went to quarantine since this time."""
        pages = self.dynamodb.get_paginator("scan").paginate(
            TableName=self.table,
            FilterExpression="#source = :source AND #record = :quarantine AND synced_at >= :since",
            ProjectionExpression="case_id, reason",
            ExpressionAttributeNames={"#source": "source", "#record": "record"},
            ExpressionAttributeValues=to_attributes(
                {":source": source, ":quarantine": QUARANTINE_RECORD, ":since": since}
            ),
            ConsistentRead=True,
        )
        for page in pages:
            for item in map(from_attributes, page["Items"]):
                yield item["case_id"], item["reason"]

    def release_quarantine(self, case_id: str) -> None:
        """Delete the case's quarantined document and its record, if any."""
        answer = self.dynamodb.delete_item(
            TableName=self.table, Key=record_key(case_id, QUARANTINE_RECORD), ReturnValues="ALL_OLD"
        )
        if "Attributes" in answer:
            self.s3.delete_object(Bucket=self.bucket, Key=bad_document_key(case_id))

    def put_photo(self, case_id: str, listed: SourcePhoto, photo: PreparedPhoto) -> None:
        """Store a picture. Its record comes first, so that the handler of the bucket's event finds it."""
        self.record_photo(case_id, listed, {"face_status": "stored", "reason": None})
        self.s3.put_object(
            Bucket=self.bucket,
            Key=photo_key(case_id, listed.photo_id),
            Body=photo.jpeg,
            ContentType="image/jpeg",
            Metadata={"kind": listed.kind.value},
        )

    def record_photo(self, case_id: str, listed: SourcePhoto, changes: dict[str, Any]) -> None:
        """Update a photo's record. The attributes of the index function stay unless `changes` names them."""
        described = {
            "key": photo_key(case_id, listed.photo_id),
            "kind": listed.kind.value,
            "caption": listed.caption,
            "taken_year": listed.taken_year,
        }
        self._update(case_id, photo_record(listed.photo_id), described | changes)

    def delete_photo_object(self, case_id: str, photo_id: str) -> None:
        """Delete a photo from the bucket. The bucket's event makes the index function delete its face and record."""
        self.s3.delete_object(Bucket=self.bucket, Key=photo_key(case_id, photo_id))

    def _update(self, case_id: str, record: str, changes: dict[str, Any]) -> None:
        self.dynamodb.update_item(TableName=self.table, Key=record_key(case_id, record), **update_request(changes))

    def _update_case_if(self, condition: str, case_id: str, changes: dict[str, Any], **placeholders: Any) -> bool:
        """Update the case's record if the condition holds. Return whether it held."""
        request = update_request(changes, **placeholders)
        key = record_key(case_id, CASE_RECORD)
        updated = update_if(self.dynamodb, TableName=self.table, Key=key, ConditionExpression=condition, **request)
        return updated is not None
