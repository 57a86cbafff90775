"""Read cases, and the records of their photos, for pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambdas.cases.case import CaseStatus
from lambdas.cases.table import CASE_RECORD, WITHOUT_PICTURE, StoredCase, photo_record, record_key, stored_case
from lambdas.common.dynamodb import from_attributes, read_many, to_attributes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdas.console.services import Services


@dataclass(frozen=True, kw_only=True)
class CaseRecords:
    """A case with the records of its photos by photo id, as the gallery keeps them."""

    stored: StoredCase
    photos: dict[str, dict[str, Any]]

    def has_picture(self, photo_id: str) -> bool:
        """Tell whether the gallery has the photo's picture. It has none of closed cases and of refused photos."""
        status = self.photos.get(photo_id, {}).get("face_status")
        return self.stored.status is CaseStatus.OPEN and status not in WITHOUT_PICTURE


def read_stored_cases(services: Services, case_ids: Iterable[str]) -> dict[str, StoredCase]:
    """Read cases by id. Those that the gallery does not have are left out."""
    keys = [record_key(case_id, CASE_RECORD) for case_id in dict.fromkeys(case_ids)]
    items = read_many(services.dynamodb, {services.cases_table: keys})[services.cases_table]
    return {item["case_id"]: stored_case(item) for item in items}


def read_records(services: Services, case_id: str) -> CaseRecords | None:
    """Read a case with its photos' records; None if the gallery has no such case."""
    pages = services.dynamodb.get_paginator("query").paginate(
        TableName=services.cases_table,
        KeyConditionExpression="case_id = :case",
        ExpressionAttributeValues=to_attributes({":case": case_id}),
        ConsistentRead=True,
    )
    items = {item["record"]: item for page in pages for item in map(from_attributes, page["Items"])}
    if CASE_RECORD not in items:
        return None
    prefix = photo_record("")
    photos = {name.removeprefix(prefix): item for name, item in items.items() if name.startswith(prefix)}
    return CaseRecords(stored=stored_case(items[CASE_RECORD]), photos=photos)
