"""Measures the cold start of each function: the import of its handler, and the size of its zip file.

    .venv/bin/python -m benchmarks.cold_start

Imports run as on Lambda: from the deployed bundle (built for this machine), with the environment that the stacks give
the function. As on Lambda, boto3 is compiled and the bundle is not: its modules are compiled at each cold start,
because the file system is read-only. A handler creates its clients during import, so the baseline is a bare
`boto3.client("s3")`. Times are CPU time in milliseconds: the minimum of several fresh interpreters that take turns,
because other programs can only add to it. Zip files are built for Lambda. Writes build/bench/cold_start.json.
"""

from __future__ import annotations

import compileall
import importlib.util
import json
import subprocess
import sys
import tempfile
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Annotated, Any

import aws_cdk as cdk
import typer
from rich.console import Console
from rich.table import Table

from agencies.files import load_agency
from benchmarks.support.figures import write_figures
from stacks.constructs.bundle import ROOT, lambda_code
from stacks.environment import AgencyEnvironment

BASELINE = 'import boto3; boto3.client("s3")'
HOT = ("detection.store_capture", "detection.match", "alerting.notify")
PROVIDED = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")  # by the Lambda runtime
LAMBDA = {  # environment variables that the runtime sets
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_LAMBDA_FUNCTION_NAME": "measured",
}
_TIMED = """
import sys, time
sys.path[:0] = {path}
started = time.process_time()
{statement}
print(1000 * (time.process_time() - started))
"""
Environment = dict[str, str]


def environments() -> dict[str, Environment]:
    """Read the environment of each function from the templates, by PACKAGE.MODULE."""
    settings = load_agency(ROOT / "agencies" / "examples" / "springfield.toml")[0]
    context = {**json.loads((ROOT / "cdk.json").read_text())["context"], "aws:cdk:bundling-stacks": []}
    with tempfile.TemporaryDirectory() as folder:
        app = cdk.App(outdir=folder, context=context, analytics_reporting=False)
        assembly = AgencyEnvironment(app, settings.stage, settings=settings).synth()
        found: dict[str, Environment] = {}
        for stack in assembly.stacks:
            for resource in stack.template["Resources"].values():
                handler = str(resource.get("Properties", {}).get("Handler", ""))
                if handler.startswith("lambdas."):
                    variables = resource["Properties"]["Environment"]["Variables"]
                    resolved = {name: resolve(value) for name, value in variables.items()}
                    found[handler.removeprefix("lambdas.").removesuffix("_handler.handler")] = resolved
    return found


def resolve(value: Any) -> str:
    """Resolve a template's value, with "none" for what only a deployment knows."""
    if isinstance(value, dict) and "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return str(separator).join(map(resolve, parts))
    return value if isinstance(value, str) else "none"


def bundle(package: str, *, platform: str, into: Path) -> Path:
    """Build the bundle of `lambdas/PACKAGE` for a platform, "lambda" or "host"; returns its folder."""
    context = {"bundle-platform": platform}
    app = cdk.App(outdir=tempfile.mkdtemp(dir=into), context=context, analytics_reporting=False)
    stack = cdk.Stack(app, "Bundle")
    lambda_code(stack, package).bind(stack)
    [asset] = Path(app.outdir).glob("asset.*")
    return asset


def provided_by_lambda(folder: Path) -> Path:
    """Fill a folder with boto3 and its dependencies, compiled."""
    for name in PROVIDED:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise ImportError(f"{name} is not installed. Run `make setup`")
        source = Path(spec.origin)
        if source.name == "__init__.py":
            compileall.compile_dir(source.parent, quiet=2)
            source = source.parent
        (folder / source.name).symlink_to(source)
    return folder


def import_ms(statement: str, path: list[Path], environment: Environment) -> float:
    """Time a statement in a fresh interpreter with these folders and the standard library, in ms of CPU time."""
    program = _TIMED.format(path=[str(folder) for folder in path], statement=statement)
    command = [sys.executable, "-B", "-I", "-S", "-c", program]
    done = subprocess.run(  # noqa: S603 - our own program
        command, env=LAMBDA | environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return float(done.stdout)


def measure_imports(rounds: int) -> tuple[float, dict[str, float]]:
    """Measure the bare client and the import of each handler: the minimum of the rounds, in ms."""
    times: dict[str, list[float]] = defaultdict(list)
    functions = environments()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "runtime").mkdir()
        runtime = provided_by_lambda(folder / "runtime")
        packages = {name.partition(".")[0] for name in functions}
        bundles = {package: bundle(package, platform="host", into=folder) for package in packages}
        for _ in range(rounds):
            times[BASELINE].append(import_ms(BASELINE, [runtime], {}))
            for name, environment in functions.items():
                path = [bundles[name.partition(".")[0]], runtime]
                times[name].append(import_ms(f"import lambdas.{name}_handler", path, environment))
    best = {name: min(values) for name, values in times.items()}
    return best.pop(BASELINE), best


def zip_mb(package: str) -> float:
    """Measure the size of the package's zip file for Lambda, in MB."""
    with tempfile.TemporaryDirectory() as temporary, tempfile.TemporaryFile() as file:
        folder = bundle(package, platform="lambda", into=Path(temporary))
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for path in folder.rglob("*"):
                archive.write(path, path.relative_to(folder))
        return file.tell() / 1e6


def show(baseline: float, imports: dict[str, float], sizes: dict[str, float]) -> None:
    """Print the table."""
    table = Table(title="CPU time to import each handler, against a bare S3 client; size of its zip file")
    for column in ("function", "ms", "ratio", "goal", "zip MB", "goal"):
        table.add_column(column, justify="left" if column == "function" else "right")
    table.add_row("a bare S3 client", f"{baseline:.0f}", "1.00", "", "", "")
    for name in sorted(imports, key=lambda name: (name not in HOT, name)):
        goals = ("<= 1.25", "<= 1.5") if name in HOT else ("", "")
        ratio, size = imports[name] / baseline, sizes[name.partition(".")[0]]
        table.add_row(name, f"{imports[name]:.0f}", f"{ratio:.2f}", goals[0], f"{size:.2f}", goals[1])
    Console(width=100).print(table)


def main(rounds: Annotated[int, typer.Option(help="Number of fresh interpreters per handler.", min=1)] = 11) -> None:
    """Measure the cold start of each function."""
    baseline, imports = measure_imports(rounds)
    sizes = {package: zip_mb(package) for package in {name.partition(".")[0] for name in imports}}
    ratios = {name: round(ms / baseline, 3) for name, ms in imports.items()}
    figures = {
        "worst_hot_ratio": max(ratios[name] for name in HOT),
        "hot_zip_mb": round(max(sizes[name.partition(".")[0]] for name in HOT), 3),
        "baseline_ms": round(baseline, 1),
        **{f"{name.replace('.', '_')}_ratio": ratio for name, ratio in sorted(ratios.items())},
    }
    write_figures("cold_start", figures)
    show(baseline, imports, sizes)


if __name__ == "__main__":
    typer.run(main)
