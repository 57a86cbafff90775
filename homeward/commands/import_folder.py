"""`homeward import`: an agency's own cases, from a folder of its own."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from agencies.settings import Settings
from homeward.agency_file import AgencyFile, read_agency
from homeward.commands.sync import AllowRemovals
from homeward.options import REFUSED, Agency, AsJson, DryRun, connect, console, fail
from homeward.sync_report import preview, run, show, show_preview
from lambdas.ingest.sources.agency_folder.cases import AgencyFolder, Problem, template
from lambdas.ingest.sources.agency_folder.files import open_folder
from lambdas.ingest.sources.protocol import UnreadableListingError
from lambdas.ingest.sync_runs import this_process
from lambdas.ingest.wiring import open_sync


def write_template(file: Path | None) -> None:
    """Write an empty list, with a line that says what belongs in each column, and end."""
    if file is None:
        return
    if str(file) == "-":
        console.file.write(template())
        raise typer.Exit
    if file.exists():
        raise fail(f"{file} exists; name another file")
    file.write_text(template(), encoding="utf-8")
    console.print(f"wrote {file}: fill it in, delete its second line, and put the photos into photos/ beside it")
    raise typer.Exit


def import_folder(
    *,
    folder: Annotated[str, typer.Argument(help="A path or s3://BUCKET/PREFIX: cases.csv or cases.jsonl, and photos/.")],
    agency: Agency,
    agency_file: AgencyFile = None,
    template: Annotated[  # noqa: ARG001 - its callback does it
        Path | None,
        typer.Option(
            callback=write_template,
            is_eager=True,
            help="Write an empty list here and end; - prints it.",
            dir_okay=False,
        ),
    ] = None,
    allow_removals: AllowRemovals = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Import an agency's own cases, if nothing is wrong with them; every fault is reported with its line.

    The folder is all that the agency has: a case of an earlier import whose
    row is gone is removed from the gallery.

    Examples:
        homeward import --template cases.csv

        homeward import ./our-cases -a springfield-prod --dry-run

        homeward import ./our-cases -a springfield-prod
    """
    settings = read_agency(agency, agency_file)
    _refuse_two_folders(settings, folder)
    deployment = connect(agency)
    try:
        source = AgencyFolder(open_folder(folder, s3=deployment.client("s3")))
        problems = list(source.problems())
    except (ValueError, UnreadableListingError) as error:
        raise fail(str(error)) from error
    if problems:
        _report(problems, as_json=as_json)
        raise fail(f"{len(problems)} faults in {folder}; nothing was imported")
    importing = open_sync(
        deployment, source, owner=this_process(), max_removed_percent=settings.sync.max_removed_percent
    )
    result, code = (preview(importing), 0) if dry_run else run(importing, allow_removals=allow_removals)
    if as_json:
        console.print_json(data=result)
    else:
        (show_preview if dry_run else show)(result)
    raise typer.Exit(code)


def _refuse_two_folders(settings: Settings, folder: str) -> None:
    scheduled = settings.sources.enabled.get("folder")
    if scheduled is not None and _place(scheduled.folder or "") != _place(folder):
        raise fail(
            f"the agency's file names {scheduled.folder} as its folder, and the next sync of that would remove what "
            "is imported from another one: put the cases there",
            code=REFUSED,
        )


def _place(folder: str) -> str:
    return folder.rstrip("/") if folder.startswith("s3://") else str(Path(folder).resolve())


def _report(problems: list[Problem], *, as_json: bool) -> None:
    if as_json:
        console.print_json(data={"problems": msgspec.to_builtins(problems)})
        return
    for problem in problems:
        console.print(str(problem), soft_wrap=True, markup=False, highlight=False)
