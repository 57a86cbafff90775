"""`homeward probe`: test a deployed environment with one synthetic capture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from homeward.deployment.outputs import connect
from homeward.exit_codes import UNUSABLE
from homeward.options import AgencyOption, JsonOption
from homeward.synthetic_capture.probe import Probe, ProbeTimeoutError
from homeward.terminal import console, fail, messages
from lambdas.common.photos import UnusablePhotoError, prepare_photo
from lambdas.detection.gallery_search import NoFaceError

PhotoOption = Annotated[
    Path,
    typer.Option(exists=True, dir_okay=False, help="A portrait of a consenting colleague. The probe deletes its copy."),
]


def probe(
    *,
    agency: AgencyOption,
    photo: PhotoOption,
    timeout: Annotated[float, typer.Option(min=5, help="Maximum seconds for each step.")] = 60,
    as_json: JsonOption = False,
) -> None:
    """Send one synthetic capture through a deployed environment, and print the time of each hop.

    The photo becomes the probe's own case, and a capture of it is published
    through AWS IoT as a camera would. A probe's capture matches only a probe's
    case, and its alert has no recipients. The command deletes its case, photo,
    face, encounter and pictures at the end. The next probe deletes those of a
    probe that was killed.

    Exit codes: 1 a hop timed out; 6 no face in the photo.

    Examples:
        homeward probe -a springfield-dev --photo colleague.jpg

        homeward probe -a springfield-dev --photo colleague.jpg --json
    """
    try:
        prepared = prepare_photo(photo.read_bytes())
        with messages.status("probing") as status:
            deployment = connect(agency)
            hops = Probe(deployment=deployment, photo=prepared, timeout_s=timeout, progress=status.update).run()
    except (UnusablePhotoError, NoFaceError) as error:
        raise fail(f"{photo}: {error}", code=UNUSABLE) from error
    except ProbeTimeoutError as error:
        raise fail(str(error)) from error
    if as_json:
        console.print_json(data=hops)
        return
    table = Table("hop", "ms")
    for hop, milliseconds in hops.items():
        table.add_row(hop, f"{milliseconds:,.0f}")
    console.print(table)
