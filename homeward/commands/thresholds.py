"""`homeward thresholds`: compare the alert thresholds with the reviewers' verdicts."""

from __future__ import annotations

from dataclasses import asdict

from rich.table import Table

from homeward.deployment.outputs import connect
from homeward.options import AgencyOption, JsonOption
from homeward.terminal import console
from lambdas.review.threshold_report import MIN_VERDICTS, KindReport, read_judged, threshold_report


def thresholds(*, agency: AgencyOption, as_json: JsonOption = False) -> None:
    """Count verdicts by kind of photo and similarity, and suggest an alert threshold for each kind.

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
        console.print("No verdicts yet. List encounters with: homeward encounter list")


def _conclusion(report: KindReport) -> str:
    if report.threshold is None:
        return f"{report.kind}: no confirmed encounters, so no threshold can be suggested"
    change = report.dismissed_then - report.dismissed_alerts
    conclusion = (
        f"{report.kind}: alert_threshold = {report.threshold:g} would have kept every confirmed encounter, "
        f"and alerted for {report.dismissed_then} dismissed ones instead of {report.dismissed_alerts} ({change:+d})"
    )
    return conclusion if report.enough else f"{conclusion}; too few verdicts, {MIN_VERDICTS} of each are needed"
