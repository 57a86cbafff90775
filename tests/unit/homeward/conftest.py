"""A deployed environment for the command line: moto, with an in-memory Rekognition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from typer.testing import CliRunner

from homeward.cli import app
from tests.support.memory_rekognition import MemoryRekognition

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from typer.testing import Result

OUTPUTS = {
    "GalleryBucket": "gallery",
    "DetectionBucket": "detection",
    "CasesTable": "cases",
    "EncountersTable": "encounters",
    "AuditTable": "audit",
    "CamerasTable": "cameras",
    "EncounterDays": "30",
    "FaceCollection": "faces",
}
AGENCY = """
name = "town"
display_name = "Town"
contact = "homeward@agency.example"
[environments.dev]
[alerting]
console_url = "https://homeward.agency.example"
"""


@dataclass
class Town:
    """The environment town-dev and its command line."""

    rekognition: MemoryRekognition
    agency_file: Path

    def run(self, *arguments: str, stdin: str | None = None) -> Result:
        """Run a command in this process. `stdin` is its standard input."""
        return CliRunner().invoke(app, [*arguments, "--agency", "town-dev"], input=stdin, catch_exceptions=False)


@dataclass
class Stacks:
    """A CloudFormation client with the one call that the command line makes."""

    outputs: dict[str, str]

    def describe_stacks(self, **_: Any) -> dict[str, Any]:
        listed = [{"OutputKey": key, "OutputValue": value} for key, value in self.outputs.items()]
        return {"Stacks": [{"Outputs": listed}]}


@pytest.fixture
def deploy(
    s3: S3Client, dynamodb: DynamoDBClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Town]:
    """Return a function that makes the environment, with more outputs and with clients that replace moto's."""

    def make(outputs: dict[str, str] | None = None, **clients: Any) -> Town:
        agency_file = tmp_path / "town.toml"
        agency_file.write_text(AGENCY)
        town = Town(MemoryRekognition(s3), agency_file)
        replaced = {"rekognition": town.rekognition, "cloudformation": Stacks(OUTPUTS | (outputs or {})), **clients}
        real: Any = boto3.client
        monkeypatch.setattr(boto3, "client", lambda service, **config: replaced.get(service) or real(service, **config))
        return town

    return make


@pytest.fixture
def town(deploy: Callable[..., Town]) -> Town:
    return deploy()
