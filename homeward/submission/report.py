"""Report a submission as JSON and as text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from edge_device.wording.counts import counted
from homeward.terminal import console, warn
from lambdas.common.times import to_text

if TYPE_CHECKING:
    from pathlib import Path

    from homeward.submission.run import FileReport


def facts_of(
    reports: list[FileReport],
    *,
    camera: str,
    dry_run: bool,
    others: list[Path],
    encounters: list[dict[str, Any]] | None,
) -> dict[str, Any]:
    """Return the JSON report. It has encounters only if the command waited for them."""
    files = [
        {
            "file": str(report.file),
            "outcome": report.outcome.value,
            "reason": report.reason,
            "captures": [
                {
                    "capture_id": each.capture_id,
                    "captured_at": to_text(each.captured_at),
                    "time_doubt": each.time_doubt,
                    "track": each.track,
                }
                for each in report.sent
            ],
            "submitted_before": len(report.before),
        }
        for report in reports
    ]
    facts = {"camera": camera, "dry_run": dry_run, "files": files, "other_files": [str(file) for file in others]}
    return facts if encounters is None else facts | {"encounters": encounters}


def show(
    reports: list[FileReport], *, dry_run: bool, others: list[Path], encounters: list[dict[str, Any]] | None
) -> None:
    """Print the counts, and one line for each encounter."""
    outcomes = Counter(report.outcome.value for report in reports)
    captures = sum(len(report.sent) for report in reports)
    if dry_run:
        for report in reports:
            if report.sent:
                console.print(f"{report.file}: {counted(len(report.sent), 'capture')}", soft_wrap=True)
    files = ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()))
    line = f"{'would send' if dry_run else 'sent'} {counted(captures, 'capture')}; files: {files}"
    skipped = f"; skipped, neither picture nor video: {extensions_of(others)}" if others else ""
    console.print(line + skipped, soft_wrap=True)
    for found in encounters or []:
        console.print(
            f"encounter {found['encounter_id']}: {found['case_id']}, similarity {found['similarity']:.2f}, "
            f"possible match, not verified{', submitted before' if found['submitted_before'] else ''}",
            soft_wrap=True,
        )
    if encounters == []:
        console.print("no capture resembles an open case")
    unknown = [report.file for report in reports if report.is_forgotten]
    if encounters is not None and unknown:
        files = counted(len(unknown), "file was", "files were")
        warn(f"{files} submitted before by an earlier version. To see their encounters, add --again")


def extensions_of(files: list[Path]) -> str:
    """Count files by extension: `2 .heic, 1 .txt`."""
    counts = Counter(file.suffix.lower() or "without extension" for file in files)
    return ", ".join(f"{number} {extension}" for extension, number in sorted(counts.items())) or "no files at all"
