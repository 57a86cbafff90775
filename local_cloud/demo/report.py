"""The demo's report: on the screen, as JSON, and as the data of the contact sheet."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from edge_device.wording.counts import counted
from lambdas.cases.table import read_case
from lambdas.common.keys import photo_key
from local_cloud.demo.contact_sheet import Row, write_contact_sheet
from local_cloud.demo.live import SEARCH_OUTCOMES
from local_cloud.demo.timeline import draw_timeline

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from homeward.deployment.outputs import Deployment
    from local_cloud.demo.own_photo import OwnPhoto

_NOBODY_SEEN = (
    "The camera saw nobody: a passer-by is a face of at least 48 pixels in three frames or more. "
    "docs/camera.md#place-it says how to place a camera."
)


@dataclass(frozen=True, kw_only=True)
class Report:
    """The results. `sms` are the text messages, `hops_ms` the hops of the first alert in milliseconds.

    If the cloud stays up, `inbox` is the address of its inbox, and `link` that of the page behind the first alert.
    `case` and `photo` are an example to try commands with. `own_photo` tells what became of the user's picture.
    `resumed` is true if the results are those of the demo that the cloud was kept from.
    `console` has the address of the first encounter in the console, and the email, password and key that sign in.
    """

    sms: list[str]
    encounters: list[dict[str, Any]]
    captures_published: int
    captures_left: int
    captures_searched: dict[str, int]
    hops_ms: dict[str, int]
    gallery: dict[str, int]
    seconds: float
    inbox: str = ""
    link: str = ""
    console: dict[str, str] = field(default_factory=dict)
    case: str = ""
    photo: str = ""
    own_photo: OwnPhoto | None = None
    resumed: bool = False

    @classmethod
    def read(cls, path: Path) -> Report:
        """Read the report of an earlier demo."""
        return cls(**{**json.loads(path.read_text()), "own_photo": None})

    def write(self, path: Path) -> None:
        """Write the report as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")

    def show(self, console: Console) -> None:
        """Print the report."""
        console.rule("text messages sent")
        for text in self.sms or ["none"]:
            console.print(text, highlight=False)
        console.rule("time from frame to alert")
        for line in draw_timeline(self.hops_ms) if self.hops_ms else ["no alert was sent"]:
            console.print(line, highlight=False)
        console.rule("captures")
        console.print(f"{self.captures_published} published by the camera")
        if not self.captures_published:
            console.print(_NOBODY_SEEN)
        for outcome, count in self.captures_searched.items():
            console.print(f"{count} searched: {SEARCH_OUTCOMES[outcome]}")
        console.print(f"{self.captures_left} left in the detection bucket without an encounter")
        if self.own_photo:
            console.rule("your picture")
            for line in self.own_photo.lines():
                console.print(line, highlight=False, soft_wrap=True)
        console.rule("encounters")
        for encounter in self.encounters:
            console.print(
                f"{encounter['case_id']} at {encounter['camera']}: similarity {encounter['similarity']:.1f}, "
                f"{counted(encounter['captures'], 'capture')}, alert {encounter['alert']}"
            )


def encounter_summary(encounter: dict[str, Any]) -> dict[str, Any]:
    """Make an encounter's entry of the report."""
    best = max(encounter["sightings"].values(), key=lambda sighting: float(sighting["similarity"]))
    return {
        "encounter_id": encounter["encounter_id"],
        "case_id": encounter["case_id"],
        "camera": encounter["camera"],
        "similarity": best["similarity"],
        "seen_at": best["captured_at"],
        "captures": len(encounter["sightings"]),
        "alert": encounter.get("alert", "none"),
    }


def draw_contact_sheet(path: Path, deployment: Deployment, encounters: list[dict[str, Any]], *, footnote: str) -> None:
    """Draw the best capture of each encounter beside the photo that it matched."""
    s3, dynamodb = deployment.client("s3"), deployment.client("dynamodb")

    def picture(bucket: str, key: str) -> bytes:
        return bytes(s3.get_object(Bucket=deployment[bucket], Key=key)["Body"].read())

    rows = []
    for encounter in encounters:
        best = max(encounter["sightings"].values(), key=lambda sighting: float(sighting["similarity"]))
        stored = read_case(dynamodb, table=deployment["CasesTable"], case_id=encounter["case_id"])
        rows.append(
            Row(
                capture=picture("DetectionBucket", best["key"]),
                photo=picture("GalleryBucket", photo_key(encounter["case_id"], best["photo_id"])),
                name=(stored.case.name if stored else None) or encounter["case_id"],
                similarity=float(best["similarity"]),
                lines=[
                    encounter["case_id"],
                    f"camera {encounter['camera']}, {best['captured_at'][:19]}Z",
                    f"{counted(len(encounter['sightings']), 'capture')} in this encounter",
                    f"alert: {encounter.get('alert', 'none')}",
                ],
            )
        )
    write_contact_sheet(path, rows=rows, footnote=footnote)
