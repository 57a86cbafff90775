"""`homeward gallery rebuild`: a new face collection, for a new face model, while searches go on."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from homeward.agency_file import AgencyFile, read_agency
from homeward.options import FAILED, Agency, AsJson, DryRun, connect, console, fail
from homeward.progress import progress
from lambdas.common.times import now
from lambdas.ingest.gallery.rebuild import Rebuild
from lambdas.ingest.gallery.wiring import open_photos

if TYPE_CHECKING:
    from lambdas.cases.collections_in_use import CollectionsInUse
    from lambdas.ingest.gallery.index_photo import PhotoOutcome


class Step(StrEnum):
    """What to do; `all` is the first three."""

    ALL = "all"
    START = "start"
    FILL = "fill"
    SWAP = "swap"
    ROLLBACK = "rollback"
    FINISH = "finish"


def rebuild(
    *,
    step: Annotated[
        Step,
        typer.Argument(
            help="all: start, fill and swap. start: make the new collection, kept in step from now on. fill: index "
            "every stored photo in it. swap: search it. rollback: search the previous one again. finish: delete the "
            "one that is not searched."
        ),
    ] = Step.ALL,
    agency: Agency,
    agency_file: AgencyFile = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Build a new face collection from the stored photos and swap it in, while searches go on.

    For a new face model: a collection keeps the model that it was made with.
    May be killed and started again at any point. Until finish deletes it, the
    previous collection is kept in step, and rollback returns to it at once.

    Examples:
        homeward gallery rebuild -a springfield-prod

        homeward gallery rebuild rollback -a springfield-prod

        homeward gallery rebuild finish -a springfield-prod
    """
    settings = read_agency(agency, agency_file)
    deployment = connect(agency)
    photos = open_photos(deployment, per_second=settings.matching.rekognition_requests_per_second)
    steps = [Step.START, Step.FILL, Step.SWAP] if step is Step.ALL else [step]
    before = photos.faces.in_use()
    if dry_run:
        _show(before, f"would do {', then '.join(steps)}", as_json=as_json)
        return
    for each in steps:
        _do(each, Rebuild(photos=photos), before.building or f"{deployment['FaceCollection']}-{now():%Y%m%d%H%M%S}")
    _show(photos.faces.in_use(), f"done: {', '.join(steps)}", as_json=as_json)


def _do(step: Step, rebuilding: Rebuild, name: str) -> None:
    match step:
        case Step.START:
            rebuilding.start(name)
        case Step.FILL:
            _fill(rebuilding)
        case Step.SWAP:
            rebuilding.swap()
        case Step.ROLLBACK:
            rebuilding.rollback()
        case _:
            rebuilding.finish()


def _fill(rebuilding: Rebuild) -> None:
    with progress("indexing") as advance:

        def show_progress(key: str, outcome: PhotoOutcome | None) -> None:
            advance(f"{key} {outcome.value if outcome else 'failed'}")

        failed = dataclasses.replace(rebuilding, on_photo=show_progress).fill()
    if failed:
        raise fail(f"{failed} photos could not be indexed now; the same command goes on from here", code=FAILED)


def _show(in_use: CollectionsInUse, done: str, *, as_json: bool) -> None:
    if as_json:
        console.print_json(data=dataclasses.asdict(in_use))
        return
    console.print(done)
    for role, name in dataclasses.asdict(in_use).items():
        if name:
            console.print(f"{role}: {name}", soft_wrap=True)
    if in_use.previous:
        console.print("back: homeward gallery rebuild rollback; to keep the new one: homeward gallery rebuild finish")
