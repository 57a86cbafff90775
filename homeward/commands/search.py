"""`homeward search`: who of the gallery does this picture resemble?"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from agencies.policy import policy_document
from homeward.agency_file import AgencyFile, read_agency
from homeward.gallery_search import NoFaceError, search_gallery
from homeward.options import NOT_FOUND, UNUSABLE, Agency, AsJson, connect, console, fail
from lambdas.common.photos import UnusablePhotoError, prepare_photo
from lambdas.common.policy import read_policy

if TYPE_CHECKING:
    from homeward.gallery_search import Found

Photo = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A picture; its largest face is searched.")]


def search(
    *,
    photo: Photo,
    agency: Agency,
    agency_file: AgencyFile = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most so many candidates.")] = 10,
    at_least: Annotated[
        float | None,
        typer.Option(
            min=0, max=100, help="Least similarity; without it the agency's review_threshold.", show_default=False
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Search one picture in the gallery now, and list whom it may show. Nothing of it is stored or alerted.

    A candidate is a possible match, not verified: a lead for a person to check.
    Large pictures are scaled down, and turned upright, before they are sent.

    Exit codes: 0 candidates found; 3 none; 6 no face in the picture, or not readable.

    Examples:
        homeward search portrait.jpg -a springfield-prod

        homeward search portrait.jpg -a springfield-prod --at-least 70 --json
    """
    policy = read_policy(policy_document(read_agency(agency, agency_file)))
    deployment = connect(agency)
    try:
        jpeg = prepare_photo(photo.read_bytes()).jpeg
        found = search_gallery(
            deployment, jpeg, policy=policy, at_least=policy.base.review if at_least is None else at_least
        )[:limit]
    except OSError as error:
        raise fail(f"{photo} cannot be read: {error.strerror}", code=UNUSABLE) from error
    except (NoFaceError, UnusablePhotoError) as error:
        raise fail(f"{photo}: {error}", code=UNUSABLE) from error
    if as_json:
        candidates = [dataclasses.asdict(candidate) for candidate in found]
        console.print_json(data={"verified": False, "candidates": candidates})
    else:
        _show(found)
    raise typer.Exit(0 if found else NOT_FOUND)


def _show(found: list[Found]) -> None:
    if not found:
        console.print("no open case of the gallery resembles it")
        return
    table = Table("case", "name", "similarity", "photo", "threshold reached")
    for candidate in found:
        table.add_row(
            candidate.case_id,
            candidate.name or "no name",
            f"{candidate.similarity:.2f}",
            f"{candidate.photo_kind.value.replace('_', ' ')} {candidate.photo_id}",
            candidate.reached.value,
        )
    console.print(table)
    console.print("possible match, not verified: a person must check each of them", soft_wrap=True)
