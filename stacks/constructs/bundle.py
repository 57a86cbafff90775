"""The asset of a Lambda package: its pinned requirements, installed by uv, and our sources. Docker is not needed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_lambda as lambda_
from uv import find_uv_bin

from lambdas.common.local_cloud import LOCAL_CLOUD_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from constructs import Construct

ROOT = Path(__file__).resolve().parents[2]
# The other rooms that a package imports, apart from common. detection sends the first alert of the encounters that it
# opens, feeds stores captures as detection does, the pages of review have the phrases of alerts, and the console
# decides as review does and searches as detection does.
_ROOMS = {
    "alerting": ("cases", "encounters"),
    "console": ("cases", "encounters", "review", "alerting", "detection"),
    "detection": ("cases", "encounters", "alerting"),
    "feeds": ("downloads", "detection"),
    "ingest": ("cases", "encounters", "downloads"),
    "review": ("cases", "encounters", "alerting"),
}
# Modules, and what pages are made of.
_SUFFIXES = frozenset({".py", ".html", ".css", ".js", ".svg"})
# Those that decode pictures, or check them.
_WITH_PICTURES = frozenset({"console", "detection", "feeds", "ingest"})
_LAMBDA = ("--python-platform", "aarch64-manylinux_2_28", "--python-version", "3.14")


@jsii.implements(cdk.ILocalBundling)
class _UvBundling:
    """Install the requirements for a platform, and put our modules and `files` next to them."""

    def __init__(self, package: str, platform: tuple[str, ...], files: Mapping[str, str]) -> None:
        self.package, self.platform, self.files = package, platform, files

    def try_bundle(self, output_dir: str, *, image: cdk.DockerImage, **_: Any) -> bool:  # noqa: ARG002 - the interface
        requirements = ROOT / "lambdas" / self.package / "requirements.txt"
        command = [find_uv_bin(), "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", *self.platform]
        subprocess.run([*command, "--target", output_dir, "--requirements", str(requirements)], check=True)  # noqa: S603
        for source in lambda_sources(self.package):
            copy = Path(output_dir) / source.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
        for name, text in self.files.items():
            (Path(output_dir) / name).write_text(text, encoding="utf-8")
        for unused in ("bin", ".lock"):
            _remove(Path(output_dir) / unused)
        return True


def lambda_code(scope: Construct, package: str, files: Mapping[str, str] | None = None) -> lambda_.Code:
    """Return the asset of `lambdas/PACKAGE`, with `files`, texts by name, at its root.

    The asset is for Lambda on ARM, or for the Python that runs this program, as the local cloud needs it: in a shell
    that points to a local cloud, or with `-c bundle-platform=host`. The asset hash is of the contents, so the CDK
    builds an unchanged package only once.
    """
    on_host = scope.node.try_get_context("bundle-platform") == "host" or LOCAL_CLOUD_VARIABLE in os.environ
    platform = ("--python", sys.executable) if on_host else _LAMBDA
    built_for = f"{sys.implementation.cache_tag} {sysconfig.get_platform()}" if on_host else " ".join(_LAMBDA)
    bundling = cdk.BundlingOptions(
        image=cdk.DockerImage.from_registry("unused"),
        local=_UvBundling(package, platform, files or {}),
    )
    return lambda_.Code.from_asset(
        str(ROOT / "lambdas"),
        asset_hash_type=cdk.AssetHashType.CUSTOM,
        asset_hash=_digest(package, built_for, files or {}),
        bundling=bundling,
    )


def _digest(package: str, built_for: str, files: Mapping[str, str]) -> str:
    digest = hashlib.sha256(built_for.encode())
    for source in lambda_sources(package):
        digest.update(str(source.relative_to(ROOT)).encode() + b"\0" + source.read_bytes() + b"\0")
    for name, text in files.items():
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()


def lambda_sources(package: str) -> Iterator[Path]:
    """Yield the files of ours that the asset of a package contains."""
    lambdas = ROOT / "lambdas"
    yield lambdas / "__init__.py"
    for folder in ("common", package, *_ROOMS.get(package, ())):
        yield from sorted(path for path in (lambdas / folder).rglob("*") if path.suffix in _SUFFIXES)
    if package in _WITH_PICTURES:
        yield from sorted((ROOT / "pictures").rglob("*.py"))
    yield lambdas / package / "requirements.txt"


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
