"""The audit: who looked, decided, searched and exported, by day or by encounter, and as a file."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

import msgspec

from lambdas.common.dynamodb import read_many
from lambdas.common.outside_text import spreadsheet_cell
from lambdas.console.acts import record_act
from lambdas.console.person import REVIEWERS
from lambdas.console.readable_times import minute
from lambdas.console.web.errors import InvalidError
from lambdas.console.web.exchange import Content, Page
from lambdas.encounters.encounter import Encounter
from lambdas.encounters.table import encounter_key
from lambdas.review.audit import AuditKind, AuditRecord, Via
from lambdas.review.four_eyes import visible_records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lambdas.console.services import Services
    from lambdas.console.web.exchange import AnyRequest, Request

ROWS = 100
MAX_DAYS, MAX_EXPORTED = 92, 20_000
_MAX_ID, _MAX_AT = 500, 64  # DynamoDB refuses keys of more than 2048 bytes
_COLUMNS = ("at", "kind", "by", "via", "encounter_id", "note")


class Format(StrEnum):
    """The format of an export."""

    CSV = "csv"
    JSON = "json"


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A day (UTC, default today) or an encounter, and filters. `after` is the `at` and id of the last row shown."""

    day: date | None = None
    encounter: Annotated[str, msgspec.Meta(max_length=_MAX_ID)] | None = None
    by: str | None = None
    kind: AuditKind | None = None
    after: str | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One record. `encounter_id` is the key of the day for what is about no encounter."""

    at: str
    when: str
    kind: AuditKind
    by: str
    via: str
    encounter_id: str
    note: str | None


class View(msgspec.Struct, frozen=True, kw_only=True):
    """The records of a page, newest first. With `more`, the day goes on, even if no record passes the filters.

    `kinds` are all that a filter can name, and the addresses keep the filters.
    """

    day: date
    query: Query
    kinds: list[AuditKind]
    lines: list[Line]
    after: str | None
    more: str | None
    day_before: str | None
    day_after: str | None


class ExportQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The days of an export, both included."""

    first: date
    last: date
    format: Format = Format.CSV


def show(services: Services, request: Request[Query, None]) -> Page:
    """Show the records of a day, or of an encounter."""
    query, today = request.query, request.at.date()
    day = query.day or today
    after = None
    if query.encounter:
        records = sorted(services.audit.of(query.encounter), key=lambda record: record.at, reverse=True)
    else:
        records = services.audit.on(day, after=_decoded(query.after), limit=ROWS)
        after = f"{records[-1].at}~{records[-1].encounter_id}" if len(records) == ROWS else None
    view = View(
        day=day,
        query=query,
        kinds=list(AuditKind),
        lines=[_line(services, request, each) for each in _shown(services, request, records) if _passes(query, each)],
        after=after,
        more=_address(query, day, after=after) if after else None,
        day_before=_address(query, day - timedelta(days=1)) if day > date.min else None,
        day_after=_address(query, day + timedelta(days=1)) if day < today else None,
    )
    return Page(template="audit.html", data=view)


def export(services: Services, request: Request[ExportQuery, None]) -> Content:
    """Return the records of some days as a file, oldest first. The export is audited too.

    Raises:
        InvalidError: the days are in the wrong order, too many, or have too many records.
    """
    first, last = request.query.first, request.query.last
    if not timedelta() <= last - first < timedelta(days=MAX_DAYS):
        raise InvalidError(f"Choose a first and a last day, at most {MAX_DAYS} days apart.")
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    found = list(islice(_records(services, days), MAX_EXPORTED + 1))
    if len(found) > MAX_EXPORTED:
        raise InvalidError(f"These days have more than {MAX_EXPORTED} records. Choose fewer.")
    record_act(services, request.person, AuditKind.EXPORTED, note=f"audit {first} to {last}")
    records = _shown(services, request, found)
    name = f"homeward-audit-{first}-{last}.{request.query.format.value}"
    if request.query.format is Format.JSON:
        return Content(body=msgspec.json.encode(records), content_type="application/json", filename=name)
    return Content(body=_csv(records).encode("utf-8-sig"), content_type="text/csv; charset=utf-8", filename=name)


def _address(query: Query, day: date, after: str | None = None) -> str:
    """Return the address of a day with the same filters."""
    values = {"day": day.isoformat(), "by": query.by, "kind": query.kind and query.kind.value, "after": after}
    return f"/audit?{urlencode({name: value for name, value in values.items() if value})}"


def _records(services: Services, days: Iterable[date]) -> Iterator[AuditRecord]:
    for day in days:
        of_day: list[AuditRecord] = []
        page: list[AuditRecord] = services.audit.on(day, limit=1000)
        while page:
            of_day += page
            page = services.audit.on(day, after=page[-1], limit=1000)
        yield from reversed(of_day)


def _shown(services: Services, request: AnyRequest, records: list[AuditRecord]) -> list[AuditRecord]:
    """Hide the opinions of others from a reviewer whose own is not given yet. Auditors give none, and see all."""
    opinions = {record.encounter_id for record in records if record.kind is AuditKind.OPINION}
    if not opinions or not request.person.has_one_of(REVIEWERS):
        return records
    table, hidden = services.encounters_table, set()
    keys = [encounter_key(each) for each in sorted(opinions)]
    for item in read_many(services.dynamodb, {table: keys})[table]:
        encounter = msgspec.convert(item, type=Encounter)
        of_encounter = [record for record in records if record.encounter_id == encounter.encounter_id]
        visible = visible_records(encounter, of_encounter, viewer=request.person.name)
        hidden |= {(record.encounter_id, record.at) for record in of_encounter if record not in visible}
    return [record for record in records if (record.encounter_id, record.at) not in hidden]


def _passes(query: Query, record: AuditRecord) -> bool:
    is_of_person = query.by is None or query.by.casefold() in record.by.casefold()
    return is_of_person and query.kind in {None, record.kind}


def _line(services: Services, request: Request[Query, None], record: AuditRecord) -> Line:
    instant = record.at.partition("#")[0]
    return Line(
        at=instant,
        when=minute(services, request.language, instant),
        kind=record.kind,
        by=record.by,
        via=record.via.value,
        encounter_id=record.encounter_id,
        note=record.note,
    )


def _csv(records: list[AuditRecord]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for record in records:
        members = msgspec.to_builtins(record)
        writer.writerow([spreadsheet_cell(str(members.get(name) or "")) for name in _COLUMNS])
    return text.getvalue()


def _decoded(after: str | None) -> AuditRecord | None:
    if after is None:
        return None
    at, separator, encounter_id = after.partition("~")
    if not separator or not 0 < len(at) <= _MAX_AT or not 0 < len(encounter_id) <= _MAX_ID:
        raise InvalidError("The page's address is damaged. Open the audit again.")
    return AuditRecord(encounter_id=encounter_id, at=at, kind=AuditKind.VIEWED, by="", via=Via.CONSOLE)
