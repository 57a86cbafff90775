"""`python -m local_cloud.demo`: what `make demo` runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local_cloud.demo.camera import CameraFailedError
from local_cloud.demo.run import BUILD, Demo, Options
from local_cloud.demo.watch import NotSeenError
from local_cloud.errors import CloudError

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def demo(
    *,
    photo: Annotated[Path | None, typer.Option(help="Your own picture, to be one of the cases.", exists=True)] = None,
    camera: Annotated[int | None, typer.Option(help="Number of a webcam to use instead of the video.")] = None,
) -> None:
    """Run the main job on this machine: ingest fictional cases, watch people walk past, send one text message.

    Everything runs on 127.0.0.1 and has ended when this returns. Results: build/demo/report.json, contact_sheet.png.

    Exit codes: 0 the alert came; 1 it did not, or a step failed.

    Examples:
        python -m local_cloud.demo

        python -m local_cloud.demo --photo me.jpg --camera 0
    """
    console = Console()
    try:
        report = Demo(Options(photo=photo, webcam=camera), console).run()
    except (CloudError, CameraFailedError, NotSeenError, ValueError) as error:
        console.print(f"[red]The demo failed:[/red] {error}", highlight=False)
        raise typer.Exit(1) from error
    report.show(console)
    console.print(f"\n{report.seconds:g} s. Look at {BUILD / 'contact_sheet.png'} and {BUILD / 'report.json'}.")
    if not report.sms:
        console.print("[red]No alert came.[/red]")
        raise typer.Exit(1)


app()
