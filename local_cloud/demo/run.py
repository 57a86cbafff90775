"""The steps of the demo."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.text import Text

from lambdas.common.keys import EVIDENCE
from local_cloud.demo.agency import deploy_agency, write_agency_file
from local_cloud.demo.camera import run_camera, walk_past_video
from local_cloud.demo.kept_cloud import kept_cloud, pages
from local_cloud.demo.metrics import metric_sums
from local_cloud.demo.report import Report, draw_contact_sheet, encounter_summary
from local_cloud.demo.sync import sync
from local_cloud.demo.timeline import hops_ms
from local_cloud.demo.watch import ReceivedAlert, Watch, wait_until
from local_cloud.demo_cases import DemoCases, add_own_photo, write_demo_documents
from local_cloud.lifecycle import running_cloud
from local_cloud.paths import ROOT
from local_cloud.rekognition.engine.distinct_faces import distinct_faces
from local_cloud.settings import CloudSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from rich.console import Console

    from homeward.deployment.outputs import Deployment
    from local_cloud.cloud import Cloud

BUILD = ROOT / "build" / "demo"
LOCAL = ROOT / ".local" / "demo"
FOOTNOTE = (
    "The video is rendered from the enrolled picture: it tests the pipeline, not recognition. All names are fictional."
)


@dataclass(frozen=True, kw_only=True)
class Options:
    """`photo` is the user's own picture, to add as a case. `webcam` is the number of a webcam to use for the video.

    With `keep`, the cloud stays up after the demo, with an inbox.
    """

    photo: Path | None = None
    webcam: int | None = None
    keep: bool = False


class Demo:
    """One run of the demo, with progress on the screen."""

    def __init__(self, options: Options, console: Console) -> None:
        self._options, self._console = options, console
        self._started = time.monotonic()

    def run(self) -> Report:
        """Run all steps and write the results to build/demo."""
        documents = LOCAL / "documents"
        with self._step("Fictional cases with real photos, and a video of people walking past"):
            cases = self._prepare_cases(documents)
            source = self._prepare_source(cases)
        settings = CloudSettings(state=LOCAL / "cloud", documents=documents).with_free_ports()
        with self._cloud(settings) as cloud:
            agency = write_agency_file(LOCAL / "demo.toml", namus_url=settings.endpoints["namus"])
            with self._step("cdk deploy demo-dev/* to the local cloud"):
                deployment = deploy_agency(cloud, agency)
            watch = Watch(deployment)
            with self._step("Ingest from the NamUs stand-in"):
                gallery = self._ingest(deployment, watch)
            with self._step("The camera watches the video" if source.endswith(".mp4") else "The camera watches you"):
                published = run_camera(cloud, deployment, source=source, folder=LOCAL / "camera")["published"]
            with self._step("Search, encounter, alert"):
                self._wait_for_alerts(deployment, watch, published)
            return self._report(deployment, watch, gallery, published, settings)

    def _cloud(self, settings: CloudSettings) -> AbstractContextManager[Cloud]:
        if not self._options.keep:
            return running_cloud(settings)
        return kept_cloud(replace(settings, services=(*settings.services, "inbox")))

    def _prepare_cases(self, documents: Path) -> DemoCases:
        cases = write_demo_documents(documents, distinct_faces())
        if self._options.photo:
            add_own_photo(documents, self._options.photo)
        return cases

    def _prepare_source(self, cases: DemoCases) -> str:
        if self._options.webcam is not None:
            return str(self._options.webcam)
        first, *others = cases.bystander_stills
        return str(walk_past_video([first, cases.missing_still, *others[:1]], LOCAL))

    def _ingest(self, deployment: Deployment, watch: Watch) -> dict[str, int]:
        sync(deployment, "namus")
        wait_until("the index of every photo", lambda: not watch.gallery()["pending"], timeout_s=90)
        return watch.gallery()

    def _wait_for_alerts(self, deployment: Deployment, watch: Watch, published: int) -> None:
        wait_until("the search of every capture", lambda: sum(_searched(deployment).values()) >= published)
        alerted = [encounter for encounter in watch.encounters() if "alert" in encounter]
        wait_until("every alert", lambda: watch.new_alerts() is not None and len(watch.alerts) >= len(alerted))
        wait_until(
            "the record of every alert", lambda: all("alerted_at" in e for e in watch.encounters() if "alert" in e)
        )

    def _report(
        self, deployment: Deployment, watch: Watch, gallery: dict[str, int], published: int, settings: CloudSettings
    ) -> Report:
        encounters = watch.encounters()
        alert = next(iter(watch.alerts), None)
        report = Report(
            sms=[received.text for received in watch.alerts],
            encounters=[encounter_summary(encounter) for encounter in encounters],
            captures_published=published,
            captures_left=sum(not key.startswith(EVIDENCE) for key in watch.keys("DetectionBucket")),
            captures_searched=_searched(deployment),
            hops_ms=_hops(encounters, alert) if alert else {},
            gallery={name: count for name, count in gallery.items() if name != "pending"},
            seconds=round(time.monotonic() - self._started, 1),
            **(pages(settings, alert) if self._options.keep else {}),
        )
        report.write(BUILD / "report.json")
        draw_contact_sheet(BUILD / "contact_sheet.png", deployment, encounters, footnote=FOOTNOTE)
        return report

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        with self._console.status(name):
            yield
        took = (f"  {time.monotonic() - started:.1f} s", "dim")
        self._console.print(Text.assemble(("✓ ", "green"), name, took), highlight=False)


def _searched(deployment: Deployment) -> dict[str, int]:
    return metric_sums(deployment, "MatchLogGroup", "Captures")


def _hops(encounters: list[dict[str, object]], alert: ReceivedAlert) -> dict[str, int]:
    [encounter] = [found for found in encounters if found["encounter_id"] == alert.document["encounter_id"]]
    return hops_ms(encounter)
