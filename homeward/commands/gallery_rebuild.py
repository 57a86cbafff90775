"""`homeward gallery rebuild`: move the gallery to a new face collection while searches continue."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from edge_device.wording.counts import counted
from homeward.agency.file import read_agency
from homeward.deployment.outputs import connect
from homeward.options import AgencyFileOption, AgencyOption, DryRunOption, JsonOption
from homeward.progress import progress
from homeward.terminal import console, fail
from lambdas.common.collection_names import rebuilt_collection
from lambdas.common.times import now
from lambdas.ingest.gallery.rebuild import Rebuild
from lambdas.ingest.gallery.wiring import open_photos

if TYPE_CHECKING:
    from lambdas.cases.collections_in_use import CollectionsInUse
    from lambdas.ingest.gallery.index_photo import PhotoOutcome


class Step(StrEnum):
    """A step of a rebuild. `all` stands for start, fill and swap."""

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
            help="all: start, fill and swap. start: create the new collection and index new photos in it too. "
            "fill: index every stored photo in it. swap: search the new collection. rollback: search the previous "
            "collection again. finish: delete the collection that is not searched."
        ),
    ] = Step.ALL,
    agency: AgencyOption,
    agency_file: AgencyFileOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Build a new face collection from the stored photos and swap it in while searches continue.

    A collection keeps the face model that it was created with, so a new model
    needs a new collection. After an interruption, the same command resumes.
    Both collections are updated until finish deletes the previous one, so
    rollback takes effect at once.

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
    name = before.building or rebuilt_collection(deployment["FaceCollection"], now())
    for each in steps:
        _run(each, Rebuild(photos=photos), name)
    _show(photos.faces.in_use(), f"done: {', '.join(steps)}", as_json=as_json)


def _run(step: Step, rebuild: Rebuild, name: str) -> None:
    match step:
        case Step.START:
            rebuild.start(name)
        case Step.FILL:
            _fill(rebuild)
        case Step.SWAP:
            rebuild.swap()
        case Step.ROLLBACK:
            rebuild.rollback()
        case _:
            rebuild.finish()


def _fill(rebuild: Rebuild) -> None:
    with progress("indexing") as advance:

        def show_progress(key: str, outcome: PhotoOutcome | None) -> None:
            advance(f"{key} {outcome.value if outcome else 'failed'}")

        failed = dataclasses.replace(rebuild, on_photo=show_progress).fill()
    if failed:
        raise fail(f"{counted(failed, 'photo')} could not be indexed; run the same command again to resume")


def _show(in_use: CollectionsInUse, done: str, *, as_json: bool) -> None:
    if as_json:
        console.print_json(data=dataclasses.asdict(in_use))
        return
    console.print(done)
    for role, name in dataclasses.asdict(in_use).items():
        if name:
            console.print(f"{role}: {name}", soft_wrap=True)
    if in_use.previous:
        console.print("undo with: homeward gallery rebuild rollback; keep it with: homeward gallery rebuild finish")
