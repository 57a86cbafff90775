"""`homeward submit`: submit pictures and videos as captures of a camera."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from homeward.deployment.outputs import connect
from homeward.exit_codes import NOT_FOUND, UNUSABLE, WRONG_USAGE
from homeward.options import AgencyOption, CameraOption, DryRunOption, JsonOption
from homeward.progress import progress
from homeward.submission.encounters import wait_for_encounters
from homeward.submission.files import files_under
from homeward.submission.journal import Journal
from homeward.submission.report import extensions_of, facts_of, show
from homeward.terminal import console, fail, messages, warn

if TYPE_CHECKING:
    from homeward.progress import Advance
    from homeward.submission.run import FileReport, Submission

FilesArgument = Annotated[
    Path, typer.Argument(exists=True, help="A picture, a video, or a folder of both, including its subfolders.")
]
StartsAtOption = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"],
        help="When the video begins, such as 2026-11-23T03:00:00Z.",
        show_default=False,
    ),
]
JournalOption = Annotated[
    Path | None,
    typer.Option("--journal", help="File that records what was submitted.", dir_okay=False, show_default=False),
]


def submit(
    *,
    files: FilesArgument,
    camera: CameraOption,
    agency: AgencyOption,
    starts_at: StartsAtOption = None,
    per_second: Annotated[
        float, typer.Option(min=1, max=60, help="Frames of a video to search for faces each second.")
    ] = 10,
    journal: JournalOption = None,
    again: Annotated[bool, typer.Option("--again", help="Submit again what was submitted before.")] = False,
    wait: Annotated[
        bool,
        typer.Option("--wait", help="Wait for the searches, and list the encounters."),
    ] = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Submit pictures or videos as captures of a camera. Each face is searched and can alert.

    A video is processed as the camera program would: each person gives a few
    good shots, with all other faces blurred. Each clear face of a picture
    becomes a capture. The time of a picture comes from its metadata, or else
    from its file. A time in the future or before 2001 is not believed: the time
    of arrival counts instead, and the encounter says so.

    After an interruption, the same command resumes. It skips what this user has
    submitted before on this machine. --wait also lists its encounters.

    Exit codes: 0 all submitted; 3 nothing to submit; 6 some files are unusable,
    incomplete or neither picture nor video, and all others are submitted.

    Examples:
        homeward submit ./photos --camera tip-line -a springfield-prod --dry-run

        homeward submit walk.mp4 --camera bus-4 --starts-at 2026-11-23T03:00:00Z -a springfield-prod --wait
    """
    try:
        # Needs the camera program's packages, which are optional.
        from homeward.submission import run  # noqa: PLC0415
    except ImportError as error:
        raise fail(f"{error}: submitting needs the camera program's packages: make setup") from error
    usable, others = files_under(files)
    if not usable:
        raise fail(f"{files} has no pictures or videos ({extensions_of(others)})", code=NOT_FOUND)
    if starts_at and len(usable) > 1:
        raise fail("--starts-at is for one video; submit the videos one by one", code=WRONG_USAGE)
    deployment = connect(agency)
    submission = run.Submission(
        s3=deployment.client("s3"),
        bucket=deployment["DetectionBucket"],
        camera=camera,
        detector=run.new_detector(),
        journal=Journal(journal or _default_journal(agency)),
        dry_run=dry_run,
        again=again,
        starts_at=starts_at,
        per_second=per_second,
    )
    for other in others:
        warn(f"{other}: neither picture nor video, skipped")
    with progress(str(files), total=len(usable)) as advance:
        reports = [_submit(submission, file, number, advance) for number, file in enumerate(usable)]
    sent = {capture.capture_id for report in reports for capture in report.sent}
    before = {capture_id for report in reports for capture_id in report.before}
    encounters = None
    if wait and not dry_run:
        with messages.status("waiting for the searches"):
            encounters = wait_for_encounters(deployment, camera, sent=sent, before=before)
    if as_json:
        facts = facts_of(reports, camera=camera, dry_run=dry_run, others=others, encounters=encounters)
        console.print_json(data=facts)
    else:
        show(reports, dry_run=dry_run, others=others, encounters=encounters)
    raise typer.Exit(UNUSABLE if others or any(report.reason for report in reports) else 0)


def _submit(submission: Submission, file: Path, number: int, advance: Advance) -> FileReport:
    """Submit one file, and show its progress and why it is unusable."""
    advance(file.name, done=number)
    submission.watch = lambda seconds: advance(f"{file.name} {seconds:.0f} s", done=number)
    report = submission.submit(file)
    if report.reason:
        warn(f"{file}: {report.reason}")
    for doubt in sorted({each.time_doubt for each in report.sent if each.time_doubt}):
        warn(f"{file}: the time of arrival is used, because {doubt.reason}")
    return report


def _default_journal(agency: str) -> Path:
    return Path(typer.get_app_dir("homeward")) / f"submitted-{agency}.txt"
