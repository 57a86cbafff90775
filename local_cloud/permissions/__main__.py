"""`python -m local_cloud.permissions FOLDER`: report on the records of the clouds in a folder's folders."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from local_cloud.paths import ROOT
from local_cloud.permissions.reasons import REASONS
from local_cloud.permissions.record import CHECKS, read_record
from local_cloud.permissions.report import make_report

FIGURES = ROOT / "build" / "least_privilege.json"


def main(folder: Path) -> int:
    """Print the report and write its figures. Returns 1 if a grant is missing or unneeded, 2 without records."""
    records = [read_record(file.parent) for file in sorted(folder.glob(f"*/{CHECKS}"))]
    if not records:
        print(f"No record of permissions in {folder}. Run `make end-to-end`.", file=sys.stderr)
        return 2
    report = make_report(records, REASONS)
    for title, permissions in (("DENIED", report.denials), ("UNUSED", report.unused)):
        for permission in sorted(permissions):
            print(f"{title} {permission.role} {permission.action} on {permission.resource}")
    for reason in report.stale_reasons:
        print(f"STALE REASON {reason.role} {reason.action} on {reason.resource}")
    for name, number in report.figures.items():
        print(f"{name.replace('_', ' ')}: {number}")
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps(report.figures, indent=2) + "\n", encoding="utf-8")
    return 0 if report.passed else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
