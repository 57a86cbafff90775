"""`homeward case faces`: list the photos with several faces, and choose the missing person's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from homeward.deployment.outputs import connect
from homeward.exit_codes import NOT_FOUND, REFUSED, WRONG_USAGE
from homeward.options import AgencyOption, JsonOption
from homeward.terminal import console, fail
from lambdas.cases.several_faces import SeveralFaces, several_of
from lambdas.cases.table import read_case
from lambdas.common.keys import photo_key
from lambdas.ingest.gallery.chosen_face import Choice, choose_face
from lambdas.ingest.gallery.held_photos import HELD
from lambdas.ingest.gallery.wiring import open_gallery, open_photos

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment
    from lambdas.common.dynamodb import Item


def faces(
    case_id: Annotated[str, typer.Argument(help="Source and number, such as namus:MP900101.")],
    *,
    agency: AgencyOption,
    photo: Annotated[
        str | None, typer.Option(help="The photo to choose a face of.", metavar="PHOTO", show_default=False)
    ] = None,
    face: Annotated[
        int | None,
        typer.Option(min=1, help="The number of the missing person's face.", metavar="NUMBER", show_default=False),
    ] = None,
    none: Annotated[bool, typer.Option("--none", help="None of the faces is the missing person's.")] = False,
    by: Annotated[
        str | None, typer.Option(help="Who chooses: a name or a badge number.", metavar="NAME", show_default=False)
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option(help="Write a JPEG that shows the photos with numbered faces.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List a case's photos with several faces, and choose which face is the missing person's.

    Faces are numbered from left to right. A photo whose subject is not clear is
    not searched for until a person chooses. A choice can be changed.

    Examples:
        homeward case faces namus:MP900101 -a springfield-prod --sheet faces.jpg

        homeward case faces namus:MP900101 -a springfield-prod --photo 910102 --face 2 --by "Officer 42"
    """
    is_choice = photo is not None or face is not None or none
    if is_choice and (photo is None or by is None or (face is None) == (not none)):
        raise fail("To choose, give --photo, --by, and either --face or --none", code=WRONG_USAGE)
    deployment = connect(agency)
    if read_case(deployment.client("dynamodb"), table=deployment["CasesTable"], case_id=case_id) is None:
        raise fail(f"No case {case_id}. List cases with: homeward case list -a {agency}", code=NOT_FOUND)
    if photo is not None and by is not None:
        _choose(deployment, case_id, photo, 0 if face is None else face, by=by)
    found = _with_several(deployment, case_id)
    if sheet and found:
        _write_sheet(deployment, case_id, found, sheet)
    if as_json:
        console.print_json(data=[_facts(photo_id, *each) for photo_id, each in found.items()])
    else:
        _show(found)


def _with_several(deployment: Deployment, case_id: str) -> dict[str, tuple[Item, SeveralFaces]]:
    """Read the photos with several faces. Look again at held ones of which no earlier version kept the faces."""
    photos = open_photos(deployment)
    for photo_id, record in list(open_gallery(deployment).photo_records(case_id)):
        if record.get("reason") in HELD and several_of(record, record.get("etag", "")) is None:
            photos.look_again(photo_key(case_id, photo_id))
    return {
        photo_id: (record, several)
        for photo_id, record in open_gallery(deployment).photo_records(case_id)
        if (several := several_of(record, record.get("etag", "")))
    }


def _choose(deployment: Deployment, case_id: str, photo_id: str, number: int, *, by: str) -> None:
    found = _with_several(deployment, case_id)
    if photo_id not in found:
        known = ", ".join(found) or "none"
        raise fail(f"{case_id} has no photo {photo_id} with several faces; those that have: {known}", code=NOT_FOUND)
    _, several = found[photo_id]
    if number > len(several.boxes):
        raise fail(f"photo {photo_id} has faces 1 to {len(several.boxes)}, not {number}", code=WRONG_USAGE)
    choice = Choice(case_id=case_id, photo_id=photo_id, etag=several.etag, face=number, by=by)
    if choose_face(open_photos(deployment), choice) is None:
        raise fail(f"photo {photo_id} is being indexed or has changed; look at its faces again", code=REFUSED)


def _write_sheet(
    deployment: Deployment, case_id: str, found: dict[str, tuple[Item, SeveralFaces]], sheet: Path
) -> None:
    from homeward.face_sheet import draw_sheet  # noqa: PLC0415 - Pillow takes as long as the rest of the command's start

    s3, bucket = deployment.client("s3"), deployment["GalleryBucket"]
    pictures = {
        photo_id: (several, s3.get_object(Bucket=bucket, Key=photo_key(case_id, photo_id))["Body"].read())
        for photo_id, (_, several) in found.items()
    }
    try:
        sheet.write_bytes(draw_sheet(pictures))
    except OSError as error:
        raise fail(f"{sheet} cannot be written: {error.strerror}") from error


def _facts(photo_id: str, record: Item, several: SeveralFaces) -> dict[str, Any]:
    return {
        "photo_id": photo_id,
        "face_status": record.get("face_status"),
        "reason": record.get("reason"),
        "chosen": several.chosen,
        "chosen_by": several.by,
        "faces": [
            {"number": number, "left": left, "top": top, "width": width, "height": height}
            for number, (left, top, width, height) in enumerate(several.boxes, start=1)
        ],
    }


def _show(found: dict[str, tuple[Item, SeveralFaces]]) -> None:
    if not found:
        console.print("no photo of this case has several faces")
        return
    table = Table("photo", "state", "face", "from the left", "from the top", "width", "chosen")
    table.columns[0].no_wrap = True
    for photo_id, (record, several) in found.items():
        state = f"{record.get('face_status', 'stored')} {record.get('reason', '')}".strip()
        for number, (left, top, width, _) in enumerate(several.boxes, start=1):
            first = (photo_id, state) if number == 1 else ("", "")
            mark = (several.by or "as in other photos") if several.chosen == number else ""
            table.add_row(*first, str(number), f"{left:.0%}", f"{top:.0%}", f"{width:.0%}", mark)
    console.print(table)
