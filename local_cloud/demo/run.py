"""The steps of the demo."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rich.text import Text

from homeward.deployment.outputs import NotDeployedError, find_deployment
from lambdas.common.keys import CAPTURES
from lambdas.common.times import now, to_text
from local_cloud.demo.agency import STAGE, deploy_agency, write_agency_file
from local_cloud.demo.camera import run_camera, walk_past_video
from local_cloud.demo.kept_cloud import kept_settings, new_cloud, pages, same_cloud
from local_cloud.demo.live import LiveEvents
from local_cloud.demo.own_photo import own_photo
from local_cloud.demo.report import Report, draw_contact_sheet, encounter_summary
from local_cloud.demo.sources import check_video, check_webcam
from local_cloud.demo.sync import sync
from local_cloud.demo.timeline import hops_ms
from local_cloud.demo.watch import ReceivedAlert, Watch, wait_until
from local_cloud.demo_cases import DemoCases, add_own_photo, write_demo_documents
from local_cloud.errors import CloudError
from local_cloud.lifecycle import running_cloud
from local_cloud.paths import ROOT
from local_cloud.rekognition.engine.distinct_faces import distinct_faces
from local_cloud.settings import CloudSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
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
    """What the user wants.

    Attributes:
        photo: The user's own picture, to add as a case.
        webcam: Number of a webcam to use for the video.
        video: The user's own recording to play.
        keep: Leave the cloud up after the demo, with an inbox. A cloud that was kept before is used again.
        fresh: Do not use it again.
    """

    photo: Path | None = None
    webcam: int | None = None
    video: Path | None = None
    keep: bool = False
    fresh: bool = False

    @property
    def adds_something(self) -> bool:
        """Whether the user gave a picture or something to watch."""
        return self.photo is not None or self.webcam is not None or self.video is not None


class Demo:
    """One run of the demo, with progress on the screen."""

    def __init__(self, options: Options, console: Console) -> None:
        self._options, self._console = options, console
        self._started = time.monotonic()
        # A demo that ends must not touch what another one keeps.
        self._folder = LOCAL if options.keep else LOCAL / "once"
        self._own_case: str | None = None

    def run(self) -> Report:
        """Run all steps and write the results to build/demo."""
        self._check_sources()
        state = self._folder / "cloud"
        kept = kept_settings(state) if self._options.keep and not self._options.fresh else None
        if kept is None:
            return self._run_anew(state)
        with self._step("The cloud that was kept, with its data"), same_cloud(kept) as cloud:
            try:
                deployment = find_deployment(STAGE, cloud.client)
            except NotDeployedError as error:
                raise CloudError(f"The kept cloud has no demo: {error}. Start anew with FRESH=1.") from error
        last = Report.read(state / "report.json")
        if not self._options.adds_something:
            report = replace(last, resumed=True)
            report.write(BUILD / "report.json")
            return report
        with self._step("Your picture" if self._options.photo else "Something to watch"):
            # The cases that are there stay, with pictures that were added before.
            source = self._prepare_source(write_demo_documents(self._folder / "unused", distinct_faces()))
            self._add_photo(self._folder / "documents")
        return self._watch_people(cloud, deployment, source, last_link=last.link)

    def _run_anew(self, state: Path) -> Report:
        documents = self._folder / "documents"
        with self._step("Fictional cases with real photos, and a video of people walking past"):
            cases = self._prepare_cases(documents)
            source = self._prepare_source(cases)
        settings = CloudSettings(state=state, documents=documents).with_free_ports()
        with (new_cloud if self._options.keep else running_cloud)(settings) as cloud:
            agency = write_agency_file(self._folder / "demo.toml", namus_url=settings.endpoints["namus"])
            with self._step("cdk deploy demo-dev/* to the local cloud"):
                deployment = deploy_agency(cloud, agency)
            return self._watch_people(cloud, deployment, source)

    def _watch_people(self, cloud: Cloud, deployment: Deployment, source: str, *, last_link: str = "") -> Report:
        watch = Watch(deployment)
        watch.forget_alerts()
        with self._step("Ingest from the NamUs stand-in"):
            gallery = self._ingest(deployment, watch)
        camera = self._folder / "camera"
        live = LiveEvents(self._console, deployment, watch, camera / "camera.log")
        with self._step("The camera watches you" if source.isdigit() else "The camera watches the video"):
            ran = run_camera(cloud, deployment, source=source, folder=camera, while_running=live.show_new)
        with self._step("Search, encounter, alert"):
            self._wait_for_alerts(live, watch, ran["published"])
        kept: dict[str, Any] = _example(self._folder)
        if self._options.keep:
            kept |= {"link": last_link, **pages(cloud.settings, deployment, next(iter(watch.alerts), None))}
        report = replace(self._report(deployment, watch, live, gallery, ran["published"]), **kept)
        for folder in (BUILD, cloud.settings.state):
            report.write(folder / "report.json")
        return report

    def _check_sources(self) -> None:
        """Say at once if there is nothing to watch."""
        if self._options.webcam is not None:
            check_webcam(self._options.webcam)
        if self._options.video is not None:
            check_video(self._options.video)

    def _prepare_cases(self, documents: Path) -> DemoCases:
        cases = write_demo_documents(documents, distinct_faces())
        self._add_photo(documents)
        return cases

    def _add_photo(self, documents: Path) -> None:
        if self._options.photo:
            self._own_case = add_own_photo(documents, self._options.photo)

    def _prepare_source(self, cases: DemoCases) -> str:
        if self._options.webcam is not None:
            return str(self._options.webcam)
        if self._options.video is not None:
            return str(self._options.video.resolve())
        first, *others = cases.bystander_stills
        return str(walk_past_video([first, cases.missing_still, *others[:1]], LOCAL))

    def _ingest(self, deployment: Deployment, watch: Watch) -> dict[str, int]:
        sync(deployment, "namus")
        wait_until("the index of every photo", lambda: not watch.gallery()["pending"], timeout_s=90)
        return watch.gallery()

    def _wait_for_alerts(self, live: LiveEvents, watch: Watch, published: int) -> None:
        def is_searched() -> bool:
            live.show_new()
            return sum(live.searched.values()) >= published

        def is_recorded() -> bool:
            live.show_new()
            return all("alerted_at" in each if "alert" in each else not _waits(each) for each in watch.encounters())

        def is_received() -> bool:
            live.show_new()
            sent = [each for each in watch.encounters() if each.get("alerted_at", "") >= watch.since]
            return len(watch.alerts) >= len(sent)

        wait_until("the search of every capture", is_searched, timeout_s=120)
        wait_until("the record of every alert", is_recorded)
        wait_until("every alert", is_received)

    def _report(
        self, deployment: Deployment, watch: Watch, live: LiveEvents, gallery: dict[str, int], published: int
    ) -> Report:
        encounters = watch.encounters()
        alert = next(iter(watch.alerts), None)
        report = Report(
            sms=[received.text for received in watch.alerts],
            encounters=[encounter_summary(encounter) for encounter in encounters],
            captures_published=published,
            captures_left=len(watch.keys("DetectionBucket", CAPTURES)),
            captures_searched=live.searched,
            hops_ms=_hops(encounters, alert) if alert else {},
            gallery={name: count for name, count in gallery.items() if name != "pending"},
            seconds=round(time.monotonic() - self._started, 1),
            own_photo=own_photo(deployment, self._own_case, encounters) if self._own_case else None,
        )
        draw_contact_sheet(BUILD / "contact_sheet.png", deployment, encounters, footnote=FOOTNOTE)
        return report

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        with self._console.status(name):
            yield
        took = (f"  {time.monotonic() - started:.1f} s", "dim")
        self._console.print(Text.assemble(("✓ ", "green"), name, took), highlight=False)


def _waits(encounter: dict[str, Any]) -> bool:
    """Tell whether an encounter without an alert waits for a second sighting."""
    instant = to_text(now())
    return any(sighting.get("waits_until", "") > instant for sighting in encounter["sightings"].values())


def _example(folder: Path) -> dict[str, str]:
    """Return a case, and its picture as a path from the checkout."""
    [picture, *_] = sorted((folder / "documents" / "images").glob("*0.jpg"))
    return {"case": f"namus:MP{picture.stem[:-1]}", "photo": str(picture.relative_to(ROOT))}


def _hops(encounters: list[dict[str, object]], alert: ReceivedAlert) -> dict[str, int]:
    [encounter] = [found for found in encounters if found["encounter_id"] == alert.document["encounter_id"]]
    return hops_ms(encounter)
