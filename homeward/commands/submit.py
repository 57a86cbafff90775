"""`homeward submit`: pictures and videos that no camera of the fleet took become captures."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeward.options import NOT_FOUND, UNUSABLE, WRONG_USAGE, Agency, AsJson, DryRun, connect, console, fail, messages
from homeward.progress import progress
from homeward.submission.journal import Journal
from lambdas.common.times import to_text

if TYPE_CHECKING:
    from homeward.progress import Advance
    from homeward.submission.run import FileReport, Submission


def _allowed_camera(name: str) -> str:
    if not re.fullmatch(r"[a-zA-Z0-9:_\-]{1,128}", name):
        raise typer.BadParameter(f"{name!r} is not allowed: letters, digits, '-', '_', ':', at most 128")
    return name


Place = Annotated[
    Path, typer.Argument(exists=True, help="A picture, a video, or a folder of both, with those below it.")
]
Camera = Annotated[
    str,
    typer.Option(
        callback=_allowed_camera,
        help="The camera that an alert names; it need not be one of the fleet.",
        metavar="NAME",
    ),
]
StartsAt = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"],
        help="When the video begins, such as 2026-11-23T03:00:00Z.",
        show_default=False,
    ),
]
JournalFile = Annotated[
    Path | None,
    typer.Option("--journal", help="Where is written down what was submitted.", dir_okay=False, show_default=False),
]


def submit(
    *,
    place: Place,
    camera: Camera,
    agency: Agency,
    starts_at: StartsAt = None,
    per_second: Annotated[float, typer.Option(min=1, max=60, help="Frames of a video to look at, a second.")] = 10,
    journal: JournalFile = None,
    again: Annotated[bool, typer.Option("--again", help="Also what was submitted before.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the searches, and list the encounters.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Submit pictures or videos as captures of a camera: each face is searched, and alerts, as if it had passed by.

    A video is watched as the camera program would: one person gives a few good
    shots, with everybody else's face blurred. Of a picture each clear face is
    a capture. Times are those of the pictures' cameras, else of the files.

    It may be interrupted at any point: the same command goes on from there, and
    what was submitted before (by this user, on this machine) is left out.

    Exit codes: 0 all submitted; 3 nothing there to submit; 6 some could not be used, the rest is submitted.

    Examples:
        homeward submit ./photos --camera tip-line -a springfield-prod --dry-run

        homeward submit walk.mp4 --camera bus-4 --starts-at 2026-11-23T03:00:00Z -a springfield-prod --wait
    """
    try:
        # They use the camera program, which is not always installed.
        from homeward.submission import outcome, run  # noqa: PLC0415
    except ImportError as error:
        raise fail(f"{error}: submitting needs the camera program: pip install 'homeward[edge]'") from error
    files, others = run.files_under(place)
    if not files:
        raise fail(f"{place} has no pictures or videos ({_kinds(others)})", code=NOT_FOUND)
    if starts_at and len(files) > 1:
        raise fail("--starts-at is for one video; submit the videos one by one", code=WRONG_USAGE)
    deployment = connect(agency)
    submission = run.Submission(
        s3=deployment.client("s3"),
        bucket=deployment["DetectionBucket"],
        camera=camera,
        detector=run.new_detector(),
        journal=Journal(journal or _usual_journal(agency)),
        dry_run=dry_run,
        again=again,
        starts_at=starts_at,
        per_second=per_second,
    )
    with progress(str(place), total=len(files)) as advance:
        reports = [_submit(submission, file, number, advance) for number, file in enumerate(files)]
    keys = {capture.capture_id: run.key_of(capture) for report in reports for capture in report.sent}
    found = None
    if wait and not dry_run:
        with messages.status("waiting for the searches"):
            found = outcome.wait_for(deployment, camera, keys)
    if as_json:
        console.print_json(data=_facts(reports, camera=camera, dry_run=dry_run, others=others, encounters=found))
    else:
        _show(reports, dry_run=dry_run, others=others, encounters=found)
    raise typer.Exit(UNUSABLE if any(report.reason for report in reports) else 0)


def _submit(submission: Submission, file: Path, number: int, advance: Advance) -> FileReport:
    advance(file.name, done=number)
    submission.watch = lambda seconds: advance(f"{file.name} {seconds:.0f} s", done=number)
    report = submission.submit(file)
    if report.reason:
        messages.print(f"homeward: {file}: {report.reason}", style="yellow", soft_wrap=True, markup=False)
    return report


def _usual_journal(agency: str) -> Path:
    return Path(typer.get_app_dir("homeward")) / f"submitted-{agency}.txt"


def _kinds(others: list[Path]) -> str:
    counts = Counter(file.suffix.lower() or "no ending" for file in others)
    return ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items())) or "no file at all"


def _facts(
    reports: list[FileReport],
    *,
    camera: str,
    dry_run: bool,
    others: list[Path],
    encounters: list[dict[str, Any]] | None,
) -> dict[str, Any]:
    files = [
        {
            "file": str(report.file),
            "outcome": report.outcome.value,
            "reason": report.reason,
            "captures": [
                {"capture_id": each.capture_id, "captured_at": to_text(each.captured_at), "track": each.track}
                for each in report.sent
            ],
            "submitted_before": report.known,
        }
        for report in reports
    ]
    facts = {"camera": camera, "dry_run": dry_run, "files": files, "other_files": [str(file) for file in others]}
    return facts if encounters is None else facts | {"encounters": encounters}


def _show(
    reports: list[FileReport], *, dry_run: bool, others: list[Path], encounters: list[dict[str, Any]] | None
) -> None:
    outcomes = Counter(report.outcome.value for report in reports)
    captures = sum(len(report.sent) for report in reports)
    if dry_run:
        for report in reports:
            if report.sent:
                console.print(f"{report.file}: {len(report.sent)} captures", soft_wrap=True, markup=False)
    files = ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()))
    line = f"{'would send' if dry_run else 'sent'} {captures} captures; files: {files}"
    console.print(line + (f"; neither picture nor video: {_kinds(others)}" if others else ""), soft_wrap=True)
    for found in encounters or []:
        console.print(
            f"encounter {found['encounter_id']}: {found['case_id']}, similarity {found['similarity']:.2f}, "
            "possible match, not verified",
            soft_wrap=True,
        )
    if encounters == []:
        console.print("none of them resembles an open case")
