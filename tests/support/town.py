"""A deployed environment, town-dev, and the command line that operates it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner

from homeward.cli import app

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from tests.support.memory_rekognition import MemoryRekognition

OUTPUTS = {
    "GalleryBucket": "gallery",
    "DetectionBucket": "detection",
    "CasesTable": "cases",
    "EncountersTable": "encounters",
    "AuditTable": "audit",
    "CamerasTable": "cameras",
    "EncounterDays": "30",
    "FourEyes": "false",
    "FaceCollection": "faces",
    "LinksUrl": "https://links.example",
}
AGENCY = """
name = "town"
display_name = "Town"
contact = "homeward@agency.example"
[environments.dev]
[alerting]
console_url = "https://homeward.agency.example"
"""
DESK = '[[alerting.recipients]]\nname = "desk"\nsms = "+15035550142"\n'
NIGHT = '[[alerting.recipients]]\nname = "night"\nsms = "+15035550143"\n'
MAIL = '[[alerting.recipients]]\nname = "mail"\nemail = "mail@agency.example"\n'


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
    """A CloudFormation client with the calls that the command line makes."""

    outputs: dict[str, str]

    def describe_stacks(self, **_: Any) -> dict[str, Any]:
        listed = [{"OutputKey": key, "OutputValue": value} for key, value in self.outputs.items()]
        return {"Stacks": [{"Outputs": listed, "StackStatus": "CREATE_COMPLETE"}]}

    def get_paginator(self, _: str) -> Stacks:
        """Return the pages of the stacks' resources, of which the command line reads the alarms."""
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        resources = [{"ResourceType": "AWS::CloudWatch::Alarm", "PhysicalResourceId": "alarm"}]
        return [{"StackResourceSummaries": resources}]
