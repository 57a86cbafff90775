"""`homeward doctor`: check an account and a deployed environment, and say how to fix what is wrong."""

from __future__ import annotations

import functools
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from homeward.agency.file import read_agency
from homeward.doctor.examination import examine
from homeward.exit_codes import FAILED
from homeward.options import AgencyFileOption, AgencyOption, JsonOption
from homeward.terminal import console, messages
from lambdas.ingest.resources import new_client

if TYPE_CHECKING:
    from homeward.doctor.finding import Finding

_GRADE_WIDTH, _NAME_WIDTH = 13, 20
_STYLES = {"ok": "green", "warning": "yellow", "failed": "red", "not checked": "dim"}


def doctor(*, agency: AgencyOption, agency_file: AgencyFileOption = None, as_json: JsonOption = False) -> None:
    """Check an account and its deployed environment with read-only calls. Print ok or what to do.

    Checks quotas, AI opt-out, text messages, stacks, subscriptions, gallery, recipients' filters, syncs, cameras,
    alarms and failure queues. Run it before the first deployment too: the checks of the account need no stacks. A check
    that the credentials may not make is reported as not checked.

    Exit codes: 0 nothing failed, with or without warnings; 1 a check failed.

    Examples:
        homeward doctor -a springfield-prod

        homeward doctor -a springfield-prod --json | jq '.[] | select(.grade != "ok")'
    """
    settings = read_agency(agency, agency_file)
    results: list[tuple[str, Finding]] = []
    with messages.status("checking"):
        for name, finding in examine(settings, functools.cache(new_client)):
            results.append((name, finding))
            if not as_json:
                _show(name, finding)
    if as_json:
        console.print_json(data=[{"name": name, **asdict(finding)} for name, finding in results])
    if any(finding.grade == "failed" for _, finding in results):
        raise typer.Exit(FAILED)


def _show(name: str, finding: Finding) -> None:
    style = _STYLES[finding.grade]
    line = f"{finding.grade:<{_GRADE_WIDTH}}{name:<{_NAME_WIDTH}}{finding.finding}"
    console.print(line, style=style, soft_wrap=True, highlight=False)
    if finding.advice:
        indent = " " * (_GRADE_WIDTH + _NAME_WIDTH)
        console.print(f"{indent}-> {finding.advice}", soft_wrap=True, highlight=False)
