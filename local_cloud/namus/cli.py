"""`python -m local_cloud namus`: the NamUs stand-in."""

import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from local_cloud.namus.folder import Folder
from local_cloud.namus.population import Combined, Population
from local_cloud.namus.switches import Switches, changed

app = typer.Typer(add_completion=False)


@app.callback(invoke_without_command=True)
def namus(
    *,
    documents: Annotated[
        Path | None, typer.Option(help="Folder of NamUs documents *.json and pictures images/{identityId}.jpg.")
    ] = None,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.", min=1, max=65535)] = 4572,
    synthetic: Annotated[int, typer.Option(help="Number of cases to generate.", min=0)] = 0,
    seed: Annotated[int, typer.Option(help="Seed of the generated cases.")] = 1,
    shape: Annotated[str | None, typer.Option(help="Serve every document in shape A (2018-19) or B (2020+).")] = None,
    resolved: Annotated[int, typer.Option(help="HTTP status of a resolved case: 200 or 404.")] = 200,
    robots: Annotated[
        str, typer.Option(help="robots.txt: disallow (like the real one), allow, or missing.")
    ] = "disallow",
    latency_ms: Annotated[int, typer.Option(help="Delay of each response in milliseconds.", min=0)] = 0,
    certificate: Annotated[Path | None, typer.Option(help="PEM certificate; serves HTTPS.")] = None,
    key: Annotated[Path | None, typer.Option(help="PEM private key of the certificate.")] = None,
    switches: Annotated[
        str, typer.Option(help="More switches as JSON, in the form of PUT /_stand_in/switches.")
    ] = "{}",
) -> None:
    """Serve the NamUs web API with fictional cases.

    Examples: python -m local_cloud namus --documents .local/demo/documents --port 4572

    python -m local_cloud namus --synthetic 26600

    python -m local_cloud namus --documents DIR --switches '{"faults": [{"do": "status", "status": 429, "every": 5}]}'

    While it runs: curl -X PUT 127.0.0.1:4572/_stand_in/switches -d '{"resolved": 404}'. GET or DELETE
    /_stand_in/requests reads or resets the request counts.

    Exit codes: 0 stopped, 1 the port is in use, 2 wrong option.
    """
    if documents is None and not synthetic:
        raise typer.BadParameter("No cases to serve. Give --documents DIR, --synthetic N, or both.")
    if (certificate is None) != (key is None):
        raise typer.BadParameter("--certificate and --key go together. Give both or neither.")
    faults = [{"latency_ms": latency_ms}] if latency_ms else []
    chosen = {"shape": shape, "resolved": resolved, "robots": robots, "faults": faults}
    try:
        defaults = changed(changed(Switches(), msgspec.json.encode(chosen)), switches.encode())
    except msgspec.DecodeError as error:
        raise typer.BadParameter(str(error)) from None
    from local_cloud.namus.server import TlsFiles, listening, serve  # noqa: PLC0415 (the help text needs no web server)

    try:
        listener = listening(port)
    except OSError as error:
        typer.echo(
            f"Cannot listen on 127.0.0.1:{port}: {os.strerror(error.errno or 0)}. Choose another --port.", err=True
        )
        raise typer.Exit(1) from None
    population = _population(documents, synthetic, seed)
    population.refresh()
    tls = TlsFiles(certificate, key) if certificate and key else None
    scheme = "https" if tls else "http"
    typer.echo(f"Serving {len(list(population.entries()))} fictional NamUs cases on {scheme}://127.0.0.1:{port}.")
    with listener:
        serve(listener, population, defaults, tls)


def _population(documents: Path | None, synthetic: int, seed: int) -> Population:
    from local_cloud.namus.synthetic import Synthetic  # noqa: PLC0415 (only for --synthetic)

    parts: list[Population] = [Folder(documents)] if documents else []
    if synthetic:
        parts.append(Synthetic(synthetic, seed))
    return parts[0] if len(parts) == 1 else Combined(tuple(parts))
