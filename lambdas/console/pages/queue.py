"""The queue: the encounters that await a decision, and by filter all others."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import msgspec

from lambdas.console.cameras import read_cameras
from lambdas.console.queue_rows import Counts, Query, Row, count_waiting, read_rows
from lambdas.console.web.exchange import NotModified, Page

if TYPE_CHECKING:
    from lambdas.console.services import Services
    from lambdas.console.web.exchange import Request


class LiveQuery(Query, frozen=True, kw_only=True):
    """What the page shows: the ids of its first rows, separated by commas, and the tag of the last news."""

    shown: str = ""
    tag: str = ""


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """The list. `more` is the address of the next page, `live` that of the news of this one."""

    encounters: list[Row]
    counts: Counts
    query: Query
    cursor: str | None
    more: str | None
    live: str
    reload: str
    cameras: list[str]
    sites: list[str]
    new: int = 0


class News(msgspec.Struct, frozen=True, kw_only=True):
    """What changed since the page was shown: how many new encounters there are, and the stages of those it shows."""

    new: int
    counts: Counts
    stages: dict[str, str]
    live: str
    reload: str


def show(services: Services, request: Request[Query, None]) -> Page:
    """List encounters."""
    cameras, query = read_cameras(services), request.query
    rows, cursor = read_rows(services, request, cameras)
    queue = Queue(
        encounters=rows,
        counts=count_waiting(services),
        query=query,
        cursor=cursor,
        more=_address(query, cursor=cursor) if cursor else None,
        live=_address(query, "/encounters/live", shown=",".join(row.encounter_id for row in rows)),
        reload=_address(query),
        cameras=[camera.name for camera in cameras],
        sites=sorted({camera.site for camera in cameras}),
    )
    is_continued = query.cursor and "hx-request" in request.headers
    return Page(template="queue_rows.html" if is_continued else "queue.html", data=queue)


def news(services: Services, request: Request[LiveQuery, None]) -> Page | NotModified:
    """Say what is new, without moving a row under anybody's mouse. Not modified if the page knows it already."""
    rows, _ = read_rows(services, request, read_cameras(services))
    counts, shown = count_waiting(services), request.query.shown.split(",")
    stages = {row.encounter_id: row.stage.value for row in rows if row.encounter_id in shown}
    new = sum(row.encounter_id not in shown for row in rows)
    tag = hashlib.sha256(msgspec.json.encode((new, counts, stages))).hexdigest()[:16]
    if tag == request.query.tag:
        return NotModified()
    live = _address(request.query, "/encounters/live", shown=request.query.shown, tag=tag)
    found = News(new=new, counts=counts, stages=stages, live=live, reload=_address(request.query))
    return Page(template="queue_news.html", data=found)


def _address(query: Query, path: str = "/encounters", **others: str | None) -> str:
    """Return the address of a list with these filters. Defaults are left out."""
    default = Query()
    names = [name for name in Query.__struct_fields__ if name != "cursor"]
    changed = {name: getattr(query, name) for name in names if getattr(query, name) != getattr(default, name)}
    values = {name: "true" if value is True else value for name, value in changed.items()}
    parameters = urlencode({**values, **{name: value for name, value in others.items() if value}})
    return f"{path}?{parameters}" if parameters else path
