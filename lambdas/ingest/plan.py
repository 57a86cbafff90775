"""Plan a sync: compare the source's listing with the gallery, and find the cases to fetch."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from lambdas.cases.case import CaseStatus
from lambdas.cases.table import CASE_RECORD
from lambdas.common.dynamodb import from_attributes, to_attributes
from lambdas.common.times import to_text
from lambdas.ingest.gallery.bucket_and_table import QUARANTINE_RECORD
from lambdas.ingest.sources.protocol import CaseReference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

# Fetch a case again after this time if its listing has no marker of changes.
_REFETCH_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class KnownCase:
    """A case as the gallery has it.

    `modified` and `synced_at` are None until the case is complete. `status` is None for a case only in quarantine.
    """

    status: CaseStatus | None
    modified: str | None
    synced_at: str | None

    def is_outdated(self, listed: CaseReference, *, now: datetime) -> bool:
        """Whether a sync must fetch the case that the source lists like this."""
        if self.synced_at is None:
            return True
        if listed.modified is not None:
            return listed.modified != self.modified
        withdrawn = self.status not in {None, CaseStatus.OPEN}
        return withdrawn or self.synced_at < to_text(now - _REFETCH_AFTER)


def known_cases(dynamodb: DynamoDBClient, *, table: str, source: str) -> dict[str, KnownCase]:
    """Read the source's cases in the gallery by source id: open, closed and quarantined.

    This scans the table, which holds little but cases. 26,600 cases take about 10 MB of memory.
    """
    known: dict[str, KnownCase] = {}
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="#source = :source AND #record IN (:case, :quarantine)",
        ProjectionExpression="case_id, #record, #status, source_modified, synced_at",
        ExpressionAttributeNames={"#source": "source", "#record": "record", "#status": "status"},
        ExpressionAttributeValues=to_attributes(
            {":source": source, ":case": CASE_RECORD, ":quarantine": QUARANTINE_RECORD}
        ),
        ConsistentRead=True,
    )
    for page in pages:
        for attributes in page["Items"]:
            item = from_attributes(attributes)
            source_id = item["case_id"].removeprefix(f"{source}:")
            # The quarantine record sorts after the case's own. Its marker is that of the version to skip.
            before = known.get(source_id)
            status = CaseStatus(item["status"]) if "status" in item else (before.status if before else None)
            known[source_id] = KnownCase(status, item.get("source_modified"), item.get("synced_at"))
    return known


@dataclass
class Plan:
    """The cases to fetch. Iterate it to its end; then `vanished` holds the open cases that the source does not list.

    A case that the source lists twice counts once: pages shift while they are read.
    """

    source: str
    listing: Iterable[CaseReference]
    known: dict[str, KnownCase]
    now: datetime
    listed: int = 0
    vanished: list[CaseReference] = field(default_factory=list)
    open_cases: int = field(init=False)

    def __post_init__(self) -> None:
        self.open_cases = sum(case.status is CaseStatus.OPEN for case in self.known.values())

    def __iter__(self) -> Iterator[CaseReference]:
        """Yield new and changed cases in the order of the listing, and take each listed case out of `known`."""
        seen: set[str] = set()
        for reference in self.listing:
            if reference.source_id in seen:
                continue
            seen.add(reference.source_id)
            self.listed += 1
            before = self.known.pop(reference.source_id, None)
            if before is None or before.is_outdated(reference, now=self.now):
                yield reference
        gone = (source_id for source_id, case in self.known.items() if case.status is CaseStatus.OPEN)
        self.vanished = [CaseReference(source=self.source, source_id=source_id) for source_id in gone]
