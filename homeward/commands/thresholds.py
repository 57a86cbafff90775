"""`homeward thresholds`: say what each alert threshold would have meant, and propose one."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from agencies.policy import policy_document
from edge_device.wording.counts import counted
from homeward.agency.file import read_agency
from homeward.deployment.outputs import connect
from homeward.look_alikes import look_alike_line, read_look_alikes
from homeward.options import AgencyFileOption, AgencyOption, JsonOption, check_camera_name
from homeward.terminal import console
from lambdas.common.times import now
from lambdas.encounters.policy import read_policy
from lambdas.review.thresholds.evidence import read_advice
from lambdas.review.thresholds.report import MIN_VERDICTS, KindReport, read_judged, threshold_report

if TYPE_CHECKING:
    from lambdas.encounters.policy import Policy
    from lambdas.review.thresholds.advice import Advice, Row
    from lambdas.review.thresholds.intervals import Estimate

_SHOWN = (70, 75, 80, 85, 90, 93, 95, 96, 97, 98, 98.5, 99, 99.3, 99.5, 99.7, 99.9)


def thresholds(
    *,
    agency: AgencyOption,
    agency_file: AgencyFileOption = None,
    max_false: Annotated[
        float,
        typer.Option("--max-false-alerts-per-day", min=0, help="Propose the lowest threshold with this many at most."),
    ] = 1.0,
    camera: Annotated[
        str | None,
        typer.Option(
            callback=lambda name: name and check_camera_name(name),
            help="Advise on this camera alone. Default: all together.",
            metavar="NAME",
            show_default=False,
        ),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days of traffic to look back on.")] = 30,
    as_json: JsonOption = False,
) -> None:
    """Say what each alert threshold would have meant in alerts and verdicts, and propose one.

    Searches are counted by their best score, per camera and day. Together with
    the reviewers' verdicts, they tell for each possible threshold the alerts a
    day, how many of them would be false, and how many of the confirmed
    encounters would have alerted. The ranges hold the truth in 95 of 100 cases.

    Examples:
        homeward thresholds -a springfield-prod --max-false-alerts-per-day 2

        homeward thresholds -a springfield-prod --camera cam-07 --json
    """
    policy = read_policy(policy_document(read_agency(agency, agency_file)))
    deployment = connect(agency)
    dynamodb = deployment.client("dynamodb")
    tables = {"encounters_table": deployment["EncountersTable"], "cases_table": deployment["CasesTable"]}
    reports = threshold_report(read_judged(dynamodb, **tables))
    since = (now() - timedelta(days=days)).strftime("%Y-%m-%d")
    advice, cameras = read_advice(dynamodb, **tables, policy=policy, since=since, camera=camera)
    look_alikes = read_look_alikes(dynamodb, **tables)
    if as_json:
        document = {
            "by_photo_kind": [asdict(report) for report in reports],
            "advice": _document(advice, policy, max_false),
            "cameras": [_document(each, policy, max_false) for each in cameras],
            "look_alikes": look_alikes,
        }
        console.print_json(data=document)
        return
    _show_verdicts(reports)
    _show_rows(advice)
    if len(cameras) > 1:
        _show_cameras(cameras, policy, max_false)
    console.print(_proposal(advice, policy, max_false), soft_wrap=True)
    for case_id, facts in look_alikes.items():
        console.print(f"{case_id} {look_alike_line(facts)}", soft_wrap=True)


def _document(advice: Advice, policy: Policy, max_false: float) -> dict[str, Any]:
    proposed = advice.proposed(max_false_per_day=max_false)
    return {
        **asdict(advice),
        "alert_threshold": policy.at(advice.camera or "").base.alert,
        "max_false_alerts_per_day": max_false,
        "proposed": proposed.threshold if proposed else None,
    }


def _show_verdicts(reports: list[KindReport]) -> None:
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


def _show_rows(advice: Advice) -> None:
    table = Table("alert_threshold", "searches a day", "alerts a day", "false alerts a day", "confirmed that alert")
    for row in advice.rows:
        if row.threshold in _SHOWN:
            kept = _percent(row.confirmed_kept) if advice.confirmed else "no confirmed"
            cells = (f"{row.searches_per_day:.1f}", _range(row.alerts_per_day), _range(row.false_alerts_per_day), kept)
            table.add_row(f"{row.threshold:g}", *cells)
    console.print(table)
    console.print(
        f"{counted(advice.searches, 'search', 'searches')} on {counted(advice.days, 'day')}; {_verdicts(advice)}",
        soft_wrap=True,
    )


def _show_cameras(cameras: list[Advice], policy: Policy, max_false: float) -> None:
    table = Table("camera", "searches", "days", "alert_threshold", "false alerts a day", "proposed for itself")
    table.columns[0].no_wrap = True
    for each in cameras:
        current = policy.at(each.camera or "").base.alert
        proposed = each.proposed(max_false_per_day=max_false)
        table.add_row(
            each.camera,
            str(each.searches),
            str(each.days),
            f"{current:g}",
            _range(each.at(current).false_alerts_per_day) if each.days else "no searches",
            f"{proposed.threshold:g}" if proposed else "none",
        )
    console.print(table)


def _proposal(advice: Advice, policy: Policy, max_false: float) -> str:
    if not advice.days:
        return "No searches are counted in these days, so no threshold can be proposed. Look back further with --days"
    proposed = advice.proposed(max_false_per_day=max_false)
    if proposed is None:
        highest = advice.rows[-1]
        return (
            f"No alert threshold has at most {max_false:g} false alerts a day; "
            f"{highest.threshold:g} has {_range(highest.false_alerts_per_day)}"
        )
    table = f"[matching.by_camera.{advice.camera}]" if advice.camera else "[matching]"
    text = (
        f"For at most {max_false:g} false alerts a day, set alert_threshold = {proposed.threshold:g} in {table} "
        f"instead of {policy.at(advice.camera or '').base.alert:g}: {_meaning(proposed, advice)}"
    )
    few = min(advice.confirmed, advice.dismissed) < MIN_VERDICTS
    return f"{text}; too few verdicts to rely on it, {MIN_VERDICTS} of each are needed" if few else text


def _meaning(row: Row, advice: Advice) -> str:
    kept = f", {_percent(row.confirmed_kept)} of the confirmed encounters alert" if advice.confirmed else ""
    return f"{_range(row.false_alerts_per_day)} false alerts a day{kept}"


def _verdicts(advice: Advice) -> str:
    return f"{counted(advice.confirmed, 'encounter')} confirmed, {advice.dismissed} dismissed"


def _range(estimate: Estimate) -> str:
    return f"{estimate.value:.2g} ({estimate.low:.2g} to {estimate.high:.2g})"


def _percent(estimate: Estimate) -> str:
    return f"{estimate.value:.0%} ({estimate.low:.0%} to {estimate.high:.0%})"


def _conclusion(report: KindReport) -> str:
    if report.threshold is None:
        return f"{report.kind}: no confirmed encounters, so no threshold can be suggested"
    change = report.dismissed_then - report.dismissed_alerts
    conclusion = (
        f"{report.kind}: alert_threshold = {report.threshold:g} would have kept every confirmed encounter, "
        f"and alerted for {report.dismissed_then} dismissed ones instead of {report.dismissed_alerts} ({change:+d})"
    )
    return conclusion if report.enough else f"{conclusion}; too few verdicts, {MIN_VERDICTS} of each are needed"
