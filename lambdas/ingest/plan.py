"""What a sync has to do: hold the source's listing against the gallery, and fetch only what differs."""

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

# A listing that does not say when a case changed: look again after this long.
_LOOK_AGAIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class KnownCase:
    """What the gallery knows of a case.

    `modified` and `synced_at` are None until all of it was fetched, `status` is None for one only in quarantine.
    """

    status: CaseStatus | None
    modified: str | None
    synced_at: str | None

    def differs_from(self, listed: CaseReference, *, now: datetime) -> bool:
        """Whether the case must be fetched, its source listing it as it does."""
        if self.synced_at is None:
            return True
        if listed.modified is not None:
            return listed.modified != self.modified
        withdrawn = self.status not in {None, CaseStatus.OPEN}
        return withdrawn or self.synced_at < to_text(now - _LOOK_AGAIN)


def known_cases(dynamodb: DynamoDBClient, *, table: str, source: str) -> dict[str, KnownCase]:
    """The cases of a source that the gallery knows, open, closed or in quarantine, by source id.

    A scan, since nothing else of the table is as large as its cases; 26,600 cases take about 10 MB of memory.
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
            # The quarantine record sorts after the case's own, and says which version not to try again.
            before = known.get(source_id)
            status = CaseStatus(item["status"]) if "status" in item else (before.status if before else None)
            known[source_id] = KnownCase(status, item.get("source_modified"), item.get("synced_at"))
    return known


@dataclass
class Plan:
    """The cases to fetch. After it was iterated to its end, `vanished` holds the open cases that were not listed."""

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
        """New and changed cases as the listing gives them; what is iterated is taken out of `known`."""
        for reference in self.listing:
            self.listed += 1
            before = self.known.pop(reference.source_id, None)
            if before is None or before.differs_from(reference, now=self.now):
                yield reference
        gone = (source_id for source_id, case in self.known.items() if case.status is CaseStatus.OPEN)
        self.vanished = [CaseReference(source=self.source, source_id=source_id) for source_id in gone]
