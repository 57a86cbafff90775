"""`python -m local_cloud rekognition`: the Rekognition-compatible server."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from local_cloud.rekognition.engine.model_files import detector_file, embedding_file
from local_cloud.rekognition.errors import SetUpError

app = typer.Typer(add_completion=False)


@app.callback(invoke_without_command=True)
def rekognition(  # noqa: PLR0917 (typer calls it by name)
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.", min=1, max=65535)] = 4571,
    tps: Annotated[
        float | None,
        typer.Option(help="Maximum calls per second of one operation. More are throttled, as on AWS.", min=0.1),
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Folder that stores the collections. Default: memory.")] = None,
    s3_endpoint: Annotated[
        str | None, typer.Option(help="S3 endpoint to read images from.", show_default="AWS_ENDPOINT_URL_S3")
    ] = None,
    authorizer: Annotated[
        str | None, typer.Option(help="URL that checks the permissions of each request. Default: allow all.")
    ] = None,
) -> None:
    """Serve the Amazon Rekognition API with a local face model.

    Example: python -m local_cloud rekognition --port 4571 --tps 50, then AWS_ENDPOINT_URL_REKOGNITION=http://127.0.0.1:4571

    Exit codes: 0 stopped, 1 could not start.
    """
    if context.invoked_subcommand:
        return
    # One numpy thread, as for the models: more would compete with the emulator and the camera program for the cores.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from local_cloud.rekognition.server import serve  # noqa: PLC0415 (the help text needs no web server)

    with _one_line_errors():
        prepare_models()
        serve(port, data=data, tps=tps, s3_endpoint=s3_endpoint, authorizer=authorizer)


@app.command()
def prepare() -> None:
    """Check the face models and convert the embedding model. Otherwise the first image waits for it.

    Example: python -m local_cloud rekognition prepare

    Exit codes: 0 ready, 1 a model is missing.
    """
    with _one_line_errors():
        typer.echo("\n".join(str(path) for path in prepare_models()))


def prepare_models() -> tuple[Path, Path]:
    """Find both model files. The first call builds the embedding's."""
    return detector_file(), embedding_file()


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except SetUpError as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None
