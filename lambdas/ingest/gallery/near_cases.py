"""Find out which other cases each case's photos resemble: a case that resembles many cases looks like many people.

Each face is searched for once, after it was indexed. The result is kept with both cases, so an earlier case learns of a
later one. The same person's records in several sources are not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.cases.case import CaseStatus
from lambdas.cases.new_faces import Reader, is_due, note_run
from lambdas.cases.probe import PROBE_SOURCE
from lambdas.cases.same_person import is_same_person
from lambdas.cases.table import CASE_RECORD, photo_record, read_case, record_key
from lambdas.common.dynamodb import from_attributes, to_attributes, update_if
from lambdas.common.keys import photo_of_external_image_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.cases.case import Case
    from lambdas.ingest.gallery.face_collections import FaceCollections

_NEAR = 80.0  # the default review threshold
_MAX_NEAR = 100  # ids that a case keeps; far more than the raised thresholds distinguish


@dataclass(frozen=True, kw_only=True)
class NearCases:
    """Compares new faces with the gallery, at most `limit` in one run."""

    dynamodb: DynamoDBClient
    table: str
    faces: FaceCollections
    limit: int
    now: Callable[[], datetime]

    def run(self) -> int:
        """Search for the faces that were never searched for, and return their number."""
        if not is_due(self.dynamodb, Reader.NEAR_CASES, table=self.table):
            return 0
        began = self.now()
        cases, new = self._read()
        for case_id, photo_id, face_id in new[: self.limit]:
            self._compare(case_id, photo_id, face_id, among=max(0, cases - 1))
        if len(new) <= self.limit:
            note_run(self.dynamodb, Reader.NEAR_CASES, table=self.table, began=began)
        return min(len(new), self.limit)

    def _read(self) -> tuple[int, list[tuple[str, str, str]]]:
        """Count the open cases, and list the faces that were never searched for: case, photo and face."""
        cases, new = 0, []
        pages = self.dynamodb.get_paginator("scan").paginate(
            TableName=self.table,
            ProjectionExpression="case_id, #record, #status, face_id, near_of",
            ExpressionAttributeNames={"#record": "record", "#status": "status"},
            ConsistentRead=True,
        )
        for item in (from_attributes(item) for page in pages for item in page["Items"]):
            cases += item["record"] == CASE_RECORD and item.get("status") == CaseStatus.OPEN
            if "face_id" in item and item["face_id"] != item.get("near_of"):
                new.append((item["case_id"], item["record"].removeprefix(photo_record("")), item["face_id"]))
        return cases, new

    def _compare(self, case_id: str, photo_id: str, face_id: str, *, among: int) -> None:
        case = self._open_case(case_id)
        if case is None:
            return
        active = self.faces.named(self.faces.in_use().active)
        found = {photo_of_external_image_id(external)[0] for external in active.near(face_id, threshold=_NEAR)}
        others = (self._open_case(each) for each in sorted(found - {case_id}))
        near = {other.case_id for other in others if other and not is_same_person(case, other)}
        self._add(case_id, near, among=among)
        for other in near:
            self._add(other, {case_id}, among=among)
        self._mark(case_id, photo_id, face_id)

    def _open_case(self, case_id: str) -> Case | None:
        stored = read_case(self.dynamodb, table=self.table, case_id=case_id)
        is_real = stored is not None and stored.case.source != PROBE_SOURCE
        return stored.case if stored and is_real and stored.status is CaseStatus.OPEN else None

    def _add(self, case_id: str, near: set[str], *, among: int) -> None:
        """Add cases that a case resembles, unless it resembles very many already."""
        values = {":among": among, ":max": _MAX_NEAR, **({":near": near} if near else {})}
        update_if(
            self.dynamodb,
            TableName=self.table,
            Key=record_key(case_id, CASE_RECORD),
            UpdateExpression="SET near_among = :among" + (" ADD near_cases :near" if near else ""),
            ConditionExpression="attribute_exists(case_id)"
            " AND (attribute_not_exists(near_cases) OR size(near_cases) < :max)",
            ExpressionAttributeValues=to_attributes(values),
        )

    def _mark(self, case_id: str, photo_id: str, face_id: str) -> None:
        update_if(
            self.dynamodb,
            TableName=self.table,
            Key=record_key(case_id, photo_record(photo_id)),
            UpdateExpression="SET near_of = :face",
            ConditionExpression="face_id = :face",
            ExpressionAttributeValues=to_attributes({":face": face_id}),
        )


def forget_near_case(dynamodb: DynamoDBClient, *, table: str, case_id: str) -> None:
    """Take a closed case out of what is known of the cases that it resembled."""
    stored = read_case(dynamodb, table=table, case_id=case_id)
    for other in stored.near if stored else ():
        update_if(
            dynamodb,
            TableName=table,
            Key=record_key(other, CASE_RECORD),
            UpdateExpression="DELETE near_cases :case",
            ConditionExpression="attribute_exists(case_id)",
            ExpressionAttributeValues=to_attributes({":case": {case_id}}),
        )
