"""`homeward sync`: bring the gallery into step with its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeward.agency_file import AgencyFile, read_agency, sources_of
from homeward.cloud_sync import run_in_cloud
from homeward.options import Agency, AsJson, DryRun, connect, console, fail
from homeward.sync_report import preview, run, show, show_preview
from lambdas.ingest.sources.open_source import open_source
from lambdas.ingest.sync_runs import this_process
from lambdas.ingest.wiring import open_sync

if TYPE_CHECKING:
    from agencies.settings import Settings
    from homeward.deployment.outputs import Deployment
    from lambdas.ingest.sync import Sync

AllowRemovals = Annotated[
    bool, typer.Option("--allow-removals", help="Remove more than max_removed_percent, where the source is right.")
]


def sync(
    *,
    agency: Agency,
    source: Annotated[
        list[str] | None, typer.Option(help="Only this source; may be repeated. Without it all that are enabled.")
    ] = None,
    agency_file: AgencyFile = None,
    allow_removals: AllowRemovals = False,
    in_cloud: Annotated[
        bool, typer.Option("--in-cloud", help="Start the deployed state machine and follow it.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Bring the gallery into step with its sources: fetch what is new or changed, remove what closed.

    It may be interrupted or killed at any point: the next one goes on from
    there and downloads nothing twice. Faces follow within a minute. Who
    interrupts --in-cloud stops watching; the run in the cloud goes on.

    A sync that would remove too much stops before it does (exit code 5), and
    so does one that starts while another one runs.

    Examples:
        homeward sync -a springfield-prod

        homeward sync -a springfield-prod --source namus --dry-run

        homeward sync -a springfield-prod --in-cloud --json
    """
    settings = read_agency(agency, agency_file)
    names = _chosen(settings, source, in_cloud=in_cloud)
    deployment = connect(agency)
    if in_cloud and not dry_run:
        ended = [run_in_cloud(deployment, name, allow_removals=allow_removals) for name in names]
        _finish(ended, as_json=as_json)
    syncs = [_open(deployment, settings, name) for name in names]
    if dry_run:
        _show_all([preview(planned) for planned in syncs], as_json=as_json, line=show_preview)
        return
    _finish([run(started, allow_removals=allow_removals) for started in syncs], as_json=as_json)


def _open(deployment: Deployment, settings: Settings, name: str) -> Sync:
    try:
        source = open_source(name, sources_of(settings), s3=deployment.client("s3"))
    except ValueError as error:
        raise fail(str(error), code=2) from error
    return open_sync(deployment, source, owner=this_process(), max_removed_percent=settings.sync.max_removed_percent)


def _chosen(settings: Settings, wanted: list[str] | None, *, in_cloud: bool) -> list[str]:
    names = list(settings.sources.in_the_cloud if in_cloud else settings.sources.enabled)
    unknown = [name for name in wanted or [] if name not in names]
    if unknown or not names:
        what = f"{', '.join(unknown)} is not enabled" if unknown else "no source is enabled"
        hint = "; a folder on a disk is synced without --in-cloud" if in_cloud else ""
        raise fail(f"{what} in the agency's file; enabled: {', '.join(names) or 'none'}{hint}", code=2)
    return wanted or names


def _finish(ended: list[tuple[dict[str, Any], int]], *, as_json: bool) -> None:
    _show_all([report for report, _ in ended], as_json=as_json, line=show)
    raise typer.Exit(max(code for _, code in ended))


def _show_all(results: list[dict[str, Any]], *, as_json: bool, line: Any) -> None:
    if as_json:
        console.print_json(data=results)
        return
    for result in results:
        line(result)
