"""The gallery's syncs: the last run of each source, and what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.cases.table import sync_run_key
from lambdas.common.dynamodb import read_many
from lambdas.common.times import to_text
from lambdas.console.readable_times import minute
from lambdas.console.sources import SOURCES
from lambdas.console.web.exchange import AnyRequest, Page

if TYPE_CHECKING:
    from lambdas.console.services import Services

SHOWN = ("listed", "to_fetch", "failed", "removed", "quarantined", "encounters_withdrawn")


class SourceRow(msgspec.Struct, frozen=True, kw_only=True):
    """The last run of a source. `counts` are those of its report, `error` is why it failed."""

    source: str
    is_running: bool
    started: str
    ended: str | None
    complete: bool
    error: str | None
    counts: dict[str, int]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """All sources that a sync has read."""

    sources: list[SourceRow]
    columns: list[str]


def show(services: Services, request: AnyRequest) -> Page:
    """Show the last run of each source."""
    table = services.cases_table
    keys = [sync_run_key(source) for source in SOURCES]
    items = sorted(read_many(services.dynamodb, {table: keys})[table], key=lambda item: str(item["case_id"]))
    rows = [_row(services, request, item) for item in items]
    return Page(template="sync.html", data=View(sources=rows, columns=list(SHOWN)))


def _row(services: Services, request: AnyRequest, item: dict[str, Any]) -> SourceRow:
    report = msgspec.json.decode(item["report"]) if item.get("report") else {}
    ended = item.get("ended_at")
    return SourceRow(
        source=str(item["case_id"]).partition(":")[2],
        is_running=str(item.get("lease_until", "")) > to_text(request.at),
        started=minute(services, request.language, item["started_at"]) if item.get("started_at") else "",
        ended=minute(services, request.language, ended) if ended else None,
        complete=bool(report.get("complete")),
        error=report.get("error") or None,
        counts={name: int(report[name]) for name in SHOWN if isinstance(report.get(name), int)},
    )
