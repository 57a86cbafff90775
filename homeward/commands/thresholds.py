"""`homeward thresholds`: what the verdicts say of the thresholds."""

from __future__ import annotations

from dataclasses import asdict

from rich.table import Table

from homeward.options import Agency, AsJson, connect, console
from lambdas.review.threshold_report import ENOUGH, KindReport, read_judged, threshold_report


def thresholds(*, agency: Agency, as_json: AsJson = False) -> None:
    """Count the verdicts by kind of photo and similarity, and say which alert threshold they speak for.

    Example:
        homeward thresholds -a springfield-prod
    """
    deployment = connect(agency)
    judged = read_judged(
        deployment.client("dynamodb"),
        encounters_table=deployment["EncountersTable"],
        cases_table=deployment["CasesTable"],
    )
    reports = threshold_report(judged)
    if as_json:
        console.print_json(data=[asdict(report) for report in reports])
        return
    table = Table("photo", "similarity", "confirmed", "dismissed", "undecided")
    for report in reports:
        for band in report.bands:
            counts = (band.confirmed, band.dismissed, band.undecided)
            table.add_row(report.kind, f"{band.low:g} to {band.high:g}", *map(str, counts))
    console.print(table)
    for report in reports:
        console.print(_conclusion(report), soft_wrap=True)
    if not reports:
        console.print("no verdicts yet: `homeward encounter list` shows what waits for one")


def _conclusion(report: KindReport) -> str:
    if report.threshold is None:
        return f"{report.kind}: nothing is confirmed, so no threshold can be judged"
    change = report.dismissed_then - report.dismissed_alerts
    said = (
        f"{report.kind}: alert_threshold = {report.threshold:g} would have kept every confirmed encounter, "
        f"and alerted for {report.dismissed_then} dismissed ones instead of {report.dismissed_alerts} ({change:+d})"
    )
    return said if report.enough else f"{said}; too few verdicts to conclude from ({ENOUGH} of each are needed)"
