"""Build a sync from the resources of an environment, for the sync function and for the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.common.times import now
from lambdas.ingest.closed_encounters import ClosedEncounters
from lambdas.ingest.fetch_case import CaseFetcher
from lambdas.ingest.gallery.wiring import open_gallery, open_withdrawal
from lambdas.ingest.sync import Sync
from lambdas.ingest.sync_runs import SyncRuns

if TYPE_CHECKING:
    from lambdas.ingest.resources import Resources
    from lambdas.ingest.sources.protocol import Source


def open_sync(resources: Resources, source: Source, *, owner: str, max_removed_percent: float) -> Sync:
    """Build a sync of the source; `owner` names the run."""
    return Sync(
        fetcher=CaseFetcher(source=source, gallery=open_gallery(resources)),
        withdrawal=open_withdrawal(resources),
        runs=open_runs(resources),
        owner=owner,
        max_removed_percent=max_removed_percent,
        encounters=open_encounters(resources),
    )


def open_runs(resources: Resources) -> SyncRuns:
    """Build the record of sync runs."""
    return SyncRuns(dynamodb=resources.client("dynamodb"), table=resources["CasesTable"], now=now)


def open_encounters(resources: Resources) -> ClosedEncounters:
    """Build the withdrawal of encounters whose case is closed."""
    return ClosedEncounters(
        s3=resources.client("s3"),
        dynamodb=resources.client("dynamodb"),
        bucket=resources["DetectionBucket"],
        encounters_table=resources["EncountersTable"],
        cases_table=resources["CasesTable"],
        now=now,
    )
