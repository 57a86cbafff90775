"""`homeward sync`: update the gallery from its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeward.agency.file import read_agency, sources_of
from homeward.cloud_sync import run_in_cloud
from homeward.deployment.outputs import connect
from homeward.exit_codes import WRONG_USAGE
from homeward.options import AgencyFileOption, AgencyOption, AllowRemovalsOption, DryRunOption, JsonOption
from homeward.sync_report import preview, run, show, show_preview
from homeward.terminal import console, fail
from lambdas.ingest.gallery.stats import gallery_stats
from lambdas.ingest.gallery.wiring import open_gallery
from lambdas.ingest.sources.open_source import open_source
from lambdas.ingest.sync_runs import this_process
from lambdas.ingest.wiring import open_sync

if TYPE_CHECKING:
    from agencies.settings import Settings
    from homeward.deployment.outputs import Deployment
    from lambdas.ingest.sync import Sync

_NEXT = "Enable one under [sources] there (docs/agency-it/sources.md), or use: homeward import FOLDER"


def sync(
    *,
    agency: AgencyOption,
    source: Annotated[
        list[str] | None,
        typer.Option(help="Sync only this source. Repeat it for several. Default: all enabled sources."),
    ] = None,
    agency_file: AgencyFileOption = None,
    allow_removals: AllowRemovalsOption = False,
    in_cloud: Annotated[
        bool, typer.Option("--in-cloud", help="Start the deployed state machine, and follow it to its end.")
    ] = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Update the gallery from its sources: fetch new and changed cases, and remove closed ones.

    After an interruption, the next sync resumes and downloads nothing twice.
    Faces follow within a minute. If you interrupt --in-cloud, the sync
    continues in the cloud.

    A case whose document cannot be used goes to quarantine. The sync names
    it, goes on, and ends with exit code 6.

    A sync stops with exit code 5 before it removes too many cases, or if
    another sync of the source is running.

    Examples:
        homeward sync -a springfield-prod

        homeward sync -a springfield-prod --source namus --dry-run

        homeward sync -a springfield-prod --in-cloud --json
    """
    settings = read_agency(agency, agency_file)
    names = _chosen(settings, source, in_cloud=in_cloud)
    deployment = connect(agency)
    if in_cloud and not dry_run:
        results = [run_in_cloud(deployment, name, allow_removals=allow_removals) for name in names]
        _finish(deployment, results, as_json=as_json)
    syncs = [_open(deployment, settings, name) for name in names]
    if dry_run:
        _show_all([preview(planned) for planned in syncs], as_json=as_json, line=show_preview)
        return
    results = [run(started, allow_removals=allow_removals) for started in syncs]
    _finish(deployment, results, as_json=as_json)


def _open(deployment: Deployment, settings: Settings, name: str) -> Sync:
    try:
        source = open_source(name, sources_of(settings), s3=deployment.client("s3"))
    except ValueError as error:
        raise fail(str(error), code=WRONG_USAGE) from error
    return open_sync(deployment, source, owner=this_process(), max_removed_percent=settings.sync.max_removed_percent)


def _chosen(settings: Settings, wanted: list[str] | None, *, in_cloud: bool) -> list[str]:
    """Return the wanted sources, or all enabled ones. End the command if one is not enabled."""
    names = list(settings.sources.in_the_cloud if in_cloud else settings.sources.enabled)
    unknown = [name for name in wanted or [] if name not in names]
    if unknown or not names:
        problem = f"{', '.join(unknown)} is not enabled" if unknown else "no source is enabled"
        enabled = f"; enabled: {', '.join(names)}" if names else ""
        hint = "To sync a local folder, omit --in-cloud" if in_cloud else _NEXT
        raise fail(f"{problem} in the agency's file{enabled}. {hint}", code=WRONG_USAGE)
    return wanted or names


def _finish(deployment: Deployment, results: list[tuple[dict[str, Any], int]], *, as_json: bool) -> None:
    """Print the reports, and end the command with the highest exit code."""
    held = gallery_stats(open_gallery(deployment)).held_by_case
    for report, _ in results:
        report["photos_held"] = sum(held[case_id] for case_id in held if case_id.startswith(f"{report['source']}:"))
    _show_all([report for report, _ in results], as_json=as_json, line=show)
    raise typer.Exit(max(code for _, code in results))


def _show_all(reports: list[dict[str, Any]], *, as_json: bool, line: Any) -> None:
    if as_json:
        console.print_json(data=reports)
        return
    for report in reports:
        line(report)
