"""`homeward encounter acknowledge`, `confirm`, `dismiss`, `undecided` and `undo`: a reviewer's decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from edge_device.wording.counts import counted
from homeward.deployment.outputs import connect
from homeward.deployment.review import open_verdicts
from homeward.exit_codes import NOT_FOUND, REFUSED
from homeward.options import AgencyOption, DryRunOption
from homeward.terminal import console, fail
from lambdas.common.times import now
from lambdas.encounters.encounter import Review
from lambdas.encounters.table import read_encounter
from lambdas.review.audit import Via
from lambdas.review.errors import EncounterOverError, NeedsSupervisorError, NoEncounterError, ReviewError
from lambdas.review.four_eyes import Decided
from lambdas.review.pictures import has_pictures

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment
    from lambdas.encounters.encounter import Encounter

_SAID = {
    Decided.RECORDED: "{encounter} is {verdict}",
    Decided.AS_BEFORE: "{encounter} is {verdict}, as before",
    Decided.AWAITS_SECOND: "{encounter}: your confirmation is recorded. A second reviewer must confirm it too",
    Decided.AWAITS_SUPERVISOR: "{encounter}: another reviewer disagrees. A supervisor decides, with --supervisor",
}
EncounterArgument = Annotated[str, typer.Argument(help="The id that `homeward encounter list` shows.")]
ByOption = Annotated[str, typer.Option(help="Who decides, for the audit: a name or a badge number.")]
NoteOption = Annotated[str | None, typer.Option(help="The reason, for the audit.")]
SupervisorOption = Annotated[
    bool, typer.Option("--supervisor", help="Decide what two reviewers disagree on, or change what is confirmed.")
]


def acknowledge(
    encounter_id: EncounterArgument, *, agency: AgencyOption, by: ByOption, dry_run: DryRunOption = False
) -> None:
    """Claim an encounter. The first claim wins.

    Example:
        homeward encounter acknowledge 5f0c9d7e12ab34cd -a springfield-prod --by "Officer 42"
    """
    deployment = connect(agency)
    _reviewable_encounter(deployment, encounter_id)
    if dry_run:
        console.print(f"would acknowledge {encounter_id}")
        return
    done = open_verdicts(deployment).acknowledge(encounter_id, by=by, at=now(), via=Via.COMMAND_LINE)
    if done:
        console.print(f"acknowledged {encounter_id}")
        return
    encounter = existing_encounter(deployment, encounter_id)
    if encounter.acknowledged_by:
        console.print(f"not acknowledged: {encounter.acknowledged_by} was first")
    else:
        console.print(f"not acknowledged: {encounter_id} is {encounter.stage.value}")


def confirm(
    encounter_id: EncounterArgument,
    *,
    agency: AgencyOption,
    by: ByOption,
    note: NoteOption = None,
    supervisor: SupervisorOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Confirm that it is the missing person. The encounter and its pictures are kept and never expire.

    Example:
        homeward encounter confirm 5f0c9d7e12ab34cd -a springfield-prod --by Ada --note "Met at North Station."
    """
    _decide(encounter_id, Review.CONFIRMED, agency=agency, by=by, note=note, supervisor=supervisor, dry_run=dry_run)


def dismiss(
    encounter_id: EncounterArgument,
    *,
    agency: AgencyOption,
    by: ByOption,
    note: NoteOption = None,
    supervisor: SupervisorOption = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before the pictures are deleted.")] = False,
    dry_run: DryRunOption = False,
) -> None:
    """Dismiss an encounter: it is somebody else. Delete its pictures, and mute this case at this camera for some days.

    If the encounter had alerted, the case also needs a higher similarity at
    every camera (docs/reviewer/README.md). Pictures of a dismissed encounter cannot be restored, so the command asks
    first. A script needs --yes.

    Examples:
        homeward encounter dismiss 5f0c9d7e12ab34cd -a springfield-prod --by Ada --note "Twenty years too young."

        homeward encounter dismiss 5f0c9d7e12ab34cd -a springfield-prod --by Ada --yes
    """
    if not (yes or dry_run):
        encounter = _reviewable_encounter(connect(agency), encounter_id)
        if has_pictures(encounter):
            pictures = counted(len(encounter.sightings), "picture")
            typer.confirm(f"Dismiss {encounter_id} and delete its {pictures} for good?", abort=True, err=True)
    _decide(encounter_id, Review.DISMISSED, agency=agency, by=by, note=note, supervisor=supervisor, dry_run=dry_run)


def undecided(
    encounter_id: EncounterArgument,
    *,
    agency: AgencyOption,
    by: ByOption,
    note: NoteOption = None,
    supervisor: SupervisorOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Record that nobody can tell. The pictures are kept until the encounter expires.

    Example:
        homeward encounter undecided 5f0c9d7e12ab34cd -a springfield-prod --by Ada --note "Too dark."
    """
    _decide(encounter_id, Review.UNDECIDED, agency=agency, by=by, note=note, supervisor=supervisor, dry_run=dry_run)


def undo(
    encounter_id: EncounterArgument, *, agency: AgencyOption, by: ByOption, supervisor: SupervisorOption = False
) -> None:
    """Take back your verdict of the last 10 minutes. `dismiss` deletes pictures at once, and cannot be undone.

    Example:
        homeward encounter undo 5f0c9d7e12ab34cd -a springfield-prod --by Ada
    """
    deployment = connect(agency)
    _reviewable_encounter(deployment, encounter_id)
    try:
        open_verdicts(deployment).undo(encounter_id, by=by, at=now(), via=Via.COMMAND_LINE, is_supervisor=supervisor)
    except ReviewError as error:
        raise fail(str(error), code=REFUSED) from error
    console.print(f"{encounter_id} is {existing_encounter(deployment, encounter_id).stage.value} again")


def existing_encounter(deployment: Deployment, encounter_id: str) -> Encounter:
    """Read an encounter, or end the command if there is none."""
    table = deployment["EncountersTable"]
    encounter = read_encounter(deployment.client("dynamodb"), table=table, encounter_id=encounter_id)
    if encounter is None:
        raise _not_found(deployment, encounter_id)
    return encounter


def _decide(
    encounter_id: str, verdict: Review, *, agency: str, by: str, note: str | None, supervisor: bool, dry_run: bool
) -> None:
    deployment = connect(agency)
    encounter = _reviewable_encounter(deployment, encounter_id)
    if dry_run:
        deleted = ", deleting its pictures" if verdict is Review.DISMISSED and has_pictures(encounter) else ""
        console.print(f"would make {encounter_id} {verdict.value}{deleted}; it is {encounter.stage.value}")
        return
    verdicts = open_verdicts(deployment)
    can_undo = verdict is not Review.DISMISSED  # the command deletes the pictures at once, as it says
    how: dict[str, Any] = {"note": note, "can_undo": can_undo, "is_supervisor": supervisor}
    try:
        decided = verdicts.decide(encounter_id, verdict, by=by, at=now(), via=Via.COMMAND_LINE, **how)
    except NeedsSupervisorError as error:
        raise fail(f"{error}. With that role, add --supervisor", code=REFUSED) from error
    console.print(_SAID[decided].format(encounter=encounter_id, verdict=verdict.value), soft_wrap=True)


def _reviewable_encounter(deployment: Deployment, encounter_id: str) -> Encounter:
    """Read an encounter, or end the command if it takes no verdict."""
    try:
        return open_verdicts(deployment).read(encounter_id)
    except NoEncounterError as error:
        raise _not_found(deployment, encounter_id) from error
    except EncounterOverError as error:
        raise fail(str(error), code=REFUSED) from error


def _not_found(deployment: Deployment, encounter_id: str) -> typer.Exit:
    return fail(
        f"No encounter {encounter_id}. List encounters with: homeward encounter list -a {deployment.stage}",
        code=NOT_FOUND,
    )
