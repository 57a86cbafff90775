"""`python -m local_cloud.demo`: what `make demo` runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from homeward.terminal import Terminal
from local_cloud.demo.camera import CameraFailedError
from local_cloud.demo.kept_cloud import show_kept_cloud
from local_cloud.demo.run import BUILD, Demo, Options
from local_cloud.demo.watch import NotSeenError
from local_cloud.errors import CloudError

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def demo(
    *,
    photo: Annotated[Path | None, typer.Option(help="Your own picture, added as a case.", exists=True)] = None,
    camera: Annotated[int | None, typer.Option(help="Number of a webcam to use instead of the video.")] = None,
    video: Annotated[Path | None, typer.Option(help="Your own recording to play instead of the video.")] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the cloud up, with an inbox. `make down` ends it.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="With --keep: start anew instead of using the cloud that was kept.")
    ] = False,
) -> None:
    """Run Homeward on this machine: ingest fictional cases, watch people walk past, send one text message.

    Everything runs on 127.0.0.1, and stops at the end unless --keep. With
    --keep, a cloud that was kept before comes up again with its data.
    Results: build/demo/report.json and contact_sheet.png.

    Exit codes: 0 somebody resembled a case; 1 nobody did, or a step failed.

    Examples:
        python -m local_cloud.demo

        python -m local_cloud.demo --photo me.jpg --camera 0

        python -m local_cloud.demo --video clip.mp4 --keep
    """
    console = Terminal()
    try:
        options = Options(photo=photo, webcam=camera, video=video, keep=keep, fresh=fresh)
        report = Demo(options, console).run()
    except (CloudError, CameraFailedError, NotSeenError, ValueError) as error:
        console.print(f"The demo failed: {error}", style="red", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from error
    if report.resumed:
        show_kept_cloud(console, report)
        return
    report.show(console)
    console.print()
    console.print(f"Done in {report.seconds:g} s. See {BUILD / 'contact_sheet.png'} and {BUILD / 'report.json'}.")
    if keep:
        show_kept_cloud(console, report)
    if not report.sms and report.encounters:
        console.print("No new alert: the sightings joined an encounter that was alerted before, or are for review.")
    elif not report.sms:
        console.print("No alert was sent.", style="red")
        raise typer.Exit(1)


app()
