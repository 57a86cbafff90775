"""`homeward search`: search the gallery for the face of one picture."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agencies.policy import policy_document
from homeward.agency.file import read_agency
from homeward.closer_look import largest_face
from homeward.deployment.outputs import connect
from homeward.exit_codes import NOT_FOUND, UNUSABLE
from homeward.listing import Listing
from homeward.options import AgencyFileOption, AgencyOption, JsonOption
from homeward.terminal import console, fail
from lambdas.common.photos import UnusablePhotoError, prepare_photo
from lambdas.detection.gallery_search import Gallery, NoFaceError, RefusedPictureError, search_gallery
from lambdas.encounters.policy import read_policy
from pictures.decode import MAX_FILE_BYTES
from pictures.errors import UnreadablePictureError

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment
    from lambdas.detection.gallery_search import CaseFound
    from lambdas.encounters.policy import Policy

_CANDIDATES = Listing(
    columns={name: name for name in ("case", "name", "similarity", "photo", "kind", "reached")},
    whole=frozenset({"case", "similarity", "photo"}),
)
PhotoArgument = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="A picture. Its largest face is searched.")
]


def search(
    *,
    photo: PhotoArgument,
    agency: AgencyOption,
    agency_file: AgencyFileOption = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Maximum number of candidates to list.")] = 10,
    at_least: Annotated[
        float | None,
        typer.Option(
            min=0, max=100, help="Minimum similarity. Default: the agency's review_threshold.", show_default=False
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Search the gallery for the largest face of a picture. Nothing is stored and nobody is alerted.

    A candidate is a possible match, not verified: a lead for a person to check.
    The command turns the picture upright and scales it down before it sends it.
    If Rekognition finds no face in it, the camera program's detector looks for
    small ones at the picture's own resolution.

    Exit codes: 0 candidates found; 3 no candidates; 6 no face in the picture,
    or not readable.

    Examples:
        homeward search portrait.jpg -a springfield-prod

        homeward search portrait.jpg -a springfield-prod --at-least 70 --json
    """
    policy = read_policy(policy_document(read_agency(agency, agency_file)))
    deployment = connect(agency)
    lowest = policy.base.review if at_least is None else at_least
    try:
        found = _search(deployment, photo, policy, lowest)[:limit]
    except OSError as error:
        raise fail(f"{photo} cannot be read: {error.strerror}", code=UNUSABLE) from error
    except (NoFaceError, RefusedPictureError, UnusablePhotoError, UnreadablePictureError) as error:
        raise fail(f"{photo}: {error}", code=UNUSABLE) from error
    if as_json:
        candidates = [dataclasses.asdict(candidate) for candidate in found]
        console.print_json(data={"verified": False, "candidates": candidates})
    else:
        _show(found)
    raise typer.Exit(0 if found else NOT_FOUND)


def _search(deployment: Deployment, photo: Path, policy: Policy, min_similarity: float) -> list[CaseFound]:
    """Search for the largest face. Rekognition sees the whole picture first, and its largest face alone if need be."""
    if photo.stat().st_size > MAX_FILE_BYTES:
        raise UnusablePhotoError(f"larger than {MAX_FILE_BYTES // 1_000_000} MB")
    data = photo.read_bytes()
    gallery = Gallery(
        dynamodb=deployment.client("dynamodb"),
        rekognition=deployment.client("rekognition"),
        cases_table=deployment["CasesTable"],
        encounters_table=deployment["EncountersTable"],
        face_collection=deployment["FaceCollection"],
    )
    try:
        return search_gallery(gallery, prepare_photo(data).jpeg, policy=policy, min_similarity=min_similarity)
    except NoFaceError as error:
        try:
            face = largest_face(data)
        except ImportError:
            raise NoFaceError(
                f"{error}. To find small faces in large pictures, install the camera program's packages: make setup"
            ) from error
        if face is None:
            raise
    return search_gallery(gallery, face, policy=policy, min_similarity=min_similarity)


def _show(found: list[CaseFound]) -> None:
    if not found:
        console.print("no open case resembles it")
        return
    rows = [
        {
            "case": candidate.case_id,
            "name": candidate.name or "no name",
            "similarity": f"{candidate.similarity:.2f}",
            "kind": candidate.photo_kind.value.replace("_", " "),
            "photo": candidate.photo_id,
            "reached": candidate.reached.value,
        }
        for candidate in found
    ]
    console.print(_CANDIDATES.table(rows), crop=False)
    console.print("possible match, not verified: a person must check each candidate", soft_wrap=True)
