"""`homeward probe`: how long a capture takes through a deployed environment, tried with one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from homeward.options import UNUSABLE, Agency, AsJson, connect, console, fail, messages
from homeward.synthetic_capture import NoFaceError, Probe, StoppedError
from lambdas.common.photos import UnusablePhotoError, prepare_photo

Photo = Annotated[
    Path, typer.Option(exists=True, dir_okay=False, help="A face, of a colleague who agrees; it is deleted after.")
]


def probe(
    *,
    agency: Agency,
    photo: Photo,
    timeout: Annotated[float, typer.Option(min=5, help="Seconds that each step may take.")] = 60,
    as_json: AsJson = False,
) -> None:
    """Send one capture through a deployed environment, and print how long each hop took.

    The photo becomes a case of the probe's own, and a capture of it is published through AWS IoT as a camera does it.
    Probes meet probes only: no real case is found, and nobody is alerted; what SNS gets names no recipient. Case,
    photo, face, encounter and pictures are deleted at the end, and those of a probe that was killed at the next one.

    Exit codes: 1 it did not come through, and where it stopped; 6 no face in the photo.

    Examples:
        homeward probe -a springfield-dev --photo colleague.jpg

        homeward probe -a springfield-dev --photo colleague.jpg --json
    """
    try:
        prepared = prepare_photo(photo.read_bytes())
        with messages.status("probing") as status:
            sent = Probe(
                deployment=connect(agency),
                photo=prepared,
                timeout_s=timeout,
                progress=status.update,
            )
            took = sent.run()
    except (UnusablePhotoError, NoFaceError) as error:
        raise fail(f"{photo}: {error}", code=UNUSABLE) from error
    except StoppedError as error:
        raise fail(str(error)) from error
    if as_json:
        console.print_json(data=took)
        return
    table = Table("hop", "ms")
    for hop, milliseconds in took.items():
        table.add_row(hop, f"{milliseconds:,.0f}")
    console.print(table)
