"""What each alert threshold would have meant, as a chart: alerts a day against confirmed encounters kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from lambdas.console.cameras import read_cameras
from lambdas.console.web.exchange import Page
from lambdas.review.thresholds.evidence import read_advice

if TYPE_CHECKING:
    from lambdas.console.services import Services
    from lambdas.console.web.exchange import Request
    from lambdas.review.thresholds.advice import Advice

DAYS = 30
WIDTH, HEIGHT, LEFT, BOTTOM = 640, 260, 50, 30


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """One camera, or all; and the false alerts a day that the agency can bear."""

    camera: str | None = None
    max_false: float = 1.0


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One threshold: alerts a day, false alerts a day, and the share of the confirmed kept (0 to 1), with intervals."""

    threshold: float
    alerts: tuple[float, float, float]
    false_alerts: tuple[float, float, float]
    kept: tuple[float, float, float]


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """The points of the two lines, in pixels, and the labels of the axes: position and text."""

    alerts: str
    kept: str
    x_labels: list[tuple[float, str]]
    y_labels: list[tuple[float, str, str]]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """The advice. `proposed` is the lowest threshold with at most `query.max_false` false alerts a day."""

    query: Query
    days: int
    searches: int
    confirmed: int
    dismissed: int
    current: float
    proposed: float | None
    steps: list[Step]
    chart: Chart | None
    cameras: list[str]


def show(services: Services, request: Request[Query, None]) -> Page:
    """Show the advice of the last 30 days. It reads all encounters, so it takes longer than other pages."""
    query, policy = request.query, services.policy
    since = (request.at - timedelta(days=DAYS)).date().isoformat()
    advice, _ = read_advice(
        services.dynamodb,
        encounters_table=services.encounters_table,
        cases_table=services.cases_table,
        policy=policy,
        since=since,
        camera=query.camera,
    )
    proposed = advice.proposed(max_false_per_day=query.max_false)
    view = View(
        query=query,
        days=advice.days,
        searches=advice.searches,
        confirmed=advice.confirmed,
        dismissed=advice.dismissed,
        current=policy.at(query.camera or "").base.alert,
        proposed=proposed.threshold if proposed else None,
        steps=_steps(advice),
        chart=_chart(advice),
        cameras=[camera.name for camera in read_cameras(services)],
    )
    return Page(template="thresholds.html", data=view)


def _steps(advice: Advice) -> list[Step]:
    return [
        Step(
            threshold=row.threshold,
            alerts=(row.alerts_per_day.value, row.alerts_per_day.low, row.alerts_per_day.high),
            false_alerts=(row.false_alerts_per_day.value, row.false_alerts_per_day.low, row.false_alerts_per_day.high),
            kept=(row.confirmed_kept.value, row.confirmed_kept.low, row.confirmed_kept.high),
        )
        for row in advice.rows
    ]


def _chart(advice: Advice) -> Chart | None:
    if len(advice.rows) < 2:
        return None
    first, last = advice.rows[0].threshold, advice.rows[-1].threshold
    most = max(row.alerts_per_day.value for row in advice.rows) or 1.0

    def x(threshold: float) -> float:
        return round(LEFT + (threshold - first) / (last - first) * (WIDTH - 2 * LEFT), 1)

    def y(share: float) -> float:
        return round((HEIGHT - BOTTOM) - share * (HEIGHT - 2 * BOTTOM), 1)

    return Chart(
        alerts=" ".join(f"{x(row.threshold)},{y(row.alerts_per_day.value / most)}" for row in advice.rows),
        kept=" ".join(f"{x(row.threshold)},{y(row.confirmed_kept.value)}" for row in advice.rows),
        x_labels=[(x(each), f"{each:g}") for each in range(int(first), 101, 5) if first <= each <= last],
        y_labels=[(y(share), f"{most * share:.3g}", f"{share:.0%}") for share in (0.0, 0.5, 1.0)],
    )
