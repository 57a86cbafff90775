"""Measures the console's pages: the queue at 10, 1,000 and 100,000 encounters, an encounter, and the first load.

    .venv/bin/python -m benchmarks.console

Times are those of the function's own code for a page, the median of several requests, with tables in memory whose
indexes are sorted as DynamoDB's are. DynamoDB's own time is not in them. What it depends on is counted: the index
entries that a request examines. The first load is what a browser without a cache gets: the page with style sheets and
scripts, compressed, without pictures. The import is measured as by benchmarks/cold_start.py.
Writes build/bench/console.json.
"""

from __future__ import annotations

import gzip
import os
import re
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast
from zoneinfo import ZoneInfo

import boto3
import msgspec
import typer
from rich.console import Console
from rich.table import Table

from benchmarks import cold_start
from benchmarks.support.figures import write_figures
from benchmarks.support.indexed_tables import IndexedTables
from lambdas.cases.case import Case, LastSeen, Name, SourcePhoto
from lambdas.common.dynamodb import to_attributes
from lambdas.common.times import to_text
from lambdas.console.app import build_app
from lambdas.console.person import Person, Role
from lambdas.console.services import Services
from lambdas.encounters.encounter import Encounter, Sighting, Timeline
from lambdas.encounters.table import encounter_item
from lambdas.review.audit import Audit
from lambdas.review.pictures import Pictures
from lambdas.review.verdicts import Verdicts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
    from aws_lambda_powertools.utilities.typing import LambdaContext

SIZES = (10, 1_000, 100_000)
CASES, SHOTS = 500, 3
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
KEYS: dict[str, tuple[str, str | None]] = {
    "encounters": ("encounter_id", None),
    "encounters/by-review": ("review", "started_at"),
    "encounters/by-strength": ("review", "best_similarity"),
    "cases": ("case_id", "record"),
    "cameras": ("camera", None),
    "audit": ("encounter_id", "at"),
}
PERSON = Person(sub="sub", name="ana@agency.example", groups=frozenset({Role.SUPERVISOR}), session_key="key")


def encounters(count: int) -> Iterator[Encounter]:
    """Make open encounters of fictional cases, a minute apart."""
    for number in range(count):
        at = to_text(NOW - timedelta(minutes=number))
        shots = {
            f"{number:08x}-{shot}": Sighting(
                similarity=80 + (number * 7 + shot) % 200 / 10, captured_at=at, key=f"encounters/{number}/{shot}.jpg",
                photo_id="1", sha256="0" * 64, track=f"t{number}", alerting=True,
            )
            for shot in range(SHOTS)
        }  # fmt: skip
        yield Encounter(
            encounter_id=f"{number:016x}",
            case_id=f"namus:MP{number % CASES}",
            camera=f"cam-{number % 20:02}",
            started_at=at,
            sightings=shots,
            timeline=Timeline(captured_at=at, received_at=at, searched_at=at, encountered_at=at),
        )


def case(number: int) -> dict[str, Any]:
    """Make the item of a fictional case."""
    made = Case(
        case_id=f"namus:MP{number}",
        source="namus",
        source_id=f"MP{number}",
        names=(Name(given="Marlowe", family=f"Exampleton {number}"),),
        last_seen=LastSeen(date="2021-02-27", city="Nowhere Falls", region="OR"),
        photos=(SourcePhoto(photo_id="1", url="https://source.example/1"),),
    )
    text = msgspec.json.encode(made).decode()
    return to_attributes({"case_id": made.case_id, "record": "case", "status": "open", "case": text})


def console_of(count: int) -> tuple[APIGatewayHttpResolver, IndexedTables]:
    """Build the console over tables with this number of encounters."""
    tables = IndexedTables(KEYS)
    tables.load("encounters", map(encounter_item, encounters(count)))
    tables.load("cases", map(case, range(CASES)))
    cameras = ({"camera": f"cam-{number:02}", "site": f"Site {number}"} for number in range(20))
    tables.load("cameras", map(to_attributes, cameras))
    tables.load("audit", [])
    dynamodb, s3 = cast("Any", tables), boto3.client("s3", region_name="us-east-1")
    audit = Audit(dynamodb=dynamodb, table="audit")
    pictures = Pictures(s3=s3, dynamodb=dynamodb, bucket="detection", table="encounters", now=lambda: NOW)
    verdicts = Verdicts(
        dynamodb=dynamodb, table="encounters", audit=audit, pictures=pictures, kept_for=timedelta(days=365)
    )
    services = Services(
        dynamodb=dynamodb,
        s3=s3,
        verdicts=verdicts,
        cases_table="cases",
        cameras_table="cameras",
        detection_bucket="detection",
        gallery_bucket="gallery",
        stage="springfield-prod",
        agency="Springfield",
        zone=ZoneInfo("America/Denver"),
        language="en",
        now=lambda: NOW,
    )
    return build_app(services, lambda _event, _is_poll: PERSON, origin="https://console.example"), tables


def get(app: APIGatewayHttpResolver, path: str) -> str:
    """Return a page, or a file of a page.

    Raises:
        RuntimeError: the console answered with another status.
    """
    address, _, query = path.partition("?")
    event = {
        "version": "2.0",
        "rawPath": address,
        "rawQueryString": query,
        "headers": {"accept": "text/html"},
        "requestContext": {"http": {"method": "GET", "path": address}, "stage": "$default"},
        "isBase64Encoded": False,
    }
    answer = app.resolve(event, cast("LambdaContext", None))
    if answer["statusCode"] != 200:
        raise RuntimeError(f"{path} answered {answer['statusCode']}")
    return str(answer["body"])


def median_ms(ask: Callable[[], object], requests: int) -> float:
    """Time a request: the median, in milliseconds."""
    ask()
    times = []
    for _ in range(requests):
        started = time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


def first_load_kb(app: APIGatewayHttpResolver) -> float:
    """Measure the queue with everything that it loads but pictures, each compressed, in kB."""
    page = get(app, "/encounters")
    files = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
    return sum(len(gzip.compress(text.encode())) for text in (page, *(get(app, file) for file in files))) / 1000


def import_ratio(rounds: int) -> float:
    """Compare the import of the handler with a bare client, in CPU time."""
    environment = cold_start.environments()["console.console"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "runtime").mkdir()
        runtime = cold_start.provided_by_lambda(folder / "runtime")
        bundle = cold_start.bundle("console", platform="host", into=folder)
        statement = "import lambdas.console.console_handler"
        pairs = [
            (
                cold_start.import_ms(cold_start.BASELINE, [runtime], {}),
                cold_start.import_ms(statement, [bundle, runtime], environment),
            )
            for _ in range(rounds)
        ]
    return min(own for _, own in pairs) / min(bare for bare, _ in pairs)


def main(
    requests: Annotated[int, typer.Option(help="Number of requests per page.", min=1)] = 30,
    rounds: Annotated[int, typer.Option(help="Number of fresh interpreters.", min=1)] = 5,
) -> None:
    """Measure the pages of the console."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    table = Table(title="The queue: a page of 10 rows, in each order, and one of 50")
    for column in ("encounters", "newest ms", "strongest ms", "waiting ms", "entries examined", "50 rows ms"):
        table.add_column(column, justify="right")
    figures: dict[str, float] = {}
    for size in SIZES:
        app, tables = console_of(size)
        times = [
            median_ms(lambda app=app, order=order: get(app, f"/encounters?rows=10&order={order}"), requests)  # type: ignore[misc]
            for order in ("newest", "strongest", "waiting")
        ]
        before = tables.examined
        get(app, "/encounters?rows=10")
        examined = tables.examined - before
        long = median_ms(lambda app=app: get(app, "/encounters"), requests)  # type: ignore[misc]
        table.add_row(f"{size:,}", *(f"{each:.1f}" for each in times), str(examined), f"{long:.1f}")
        name = f"{size // 1000}k" if size >= 1000 else str(size)
        figures |= {f"list_ms_{name}": round(max(times), 2), f"list_examined_{name}": examined}
    figures["encounter_ms"] = round(median_ms(lambda: get(app, f"/encounters/{0:016x}"), requests), 2)
    figures["first_load_kb"] = round(first_load_kb(app), 1)
    figures["list_ms_ratio"] = round(figures["list_ms_100k"] / figures["list_ms_10"], 3)
    figures["import_ratio"] = round(import_ratio(rounds), 2)
    write_figures("console", figures)
    Console().print(table)
    Console().print(figures)


if __name__ == "__main__":
    typer.run(main)
