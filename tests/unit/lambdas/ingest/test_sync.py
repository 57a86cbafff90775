"""Tests of whole syncs against the NamUs stand-in over HTTP, asserting the gallery's final state."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import msgspec
import pytest

from lambdas.cases.case import CaseStatus
from lambdas.cases.table import read_status
from lambdas.downloads.errors import SourceError
from lambdas.downloads.pace import ProcessPace
from lambdas.downloads.polite_client import PoliteClient
from lambdas.ingest.fetch_case import CaseFetcher
from lambdas.ingest.report import SafetyStopError, SourceDownError
from lambdas.ingest.sources.namus.api import NamUs
from lambdas.ingest.sync import Sync
from lambdas.ingest.sync_runs import SyncRunningError, SyncRuns, this_process
from local_cloud.namus.folder import Folder
from local_cloud.namus.server import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lambdas.ingest.gallery.bucket_and_table import Gallery
    from lambdas.ingest.gallery.index_photo import PhotoIndex

CASES = 8


class World:
    """A NamUs stand-in with eight cases of two pictures each."""

    def __init__(self, folder: Path, template: Any, picture: Callable[..., bytes]) -> None:
        self.folder = folder
        self.template = template
        self.picture = picture
        self.url = ""
        (folder / "images").mkdir(parents=True)
        for number in range(1, CASES + 1):
            self.write(number)

    def write(self, number: int, *, modified: str = "2025-01-01T00:00:00", **changes: Any) -> None:
        document = json.loads(json.dumps(self.template).replace("970001", f"97{number:04}"))
        document |= {"modifiedDateTime": modified, "images": document["images"][:2], **changes}
        for at, image in enumerate(document["images"]):
            identity = number * 10 + at
            href = f"/api/CaseSets/NamUs/MissingPersons/Cases/97{number:04}/Images/{identity}/Original"
            image |= {"identityId": identity, "files": {"original": {"href": href}}}
            (self.folder / "images" / f"{identity}.jpg").write_bytes(self.picture(identity))
        (self.folder / f"MP97{number:04}.json").write_text(json.dumps(document))

    def replace_picture(self, number: int, seed: int) -> None:
        self.write(number, modified="2025-06-06T00:00:00")
        (self.folder / "images" / f"{number * 10}.jpg").write_bytes(self.picture(seed))

    def switch(self, **switches: Any) -> None:
        httpx.put(f"{self.url}/_stand_in/switches", json=switches).raise_for_status()

    def requests(self) -> dict[str, int]:
        counted = httpx.get(f"{self.url}/_stand_in/requests").json()["kinds"]
        httpx.delete(f"{self.url}/_stand_in/requests")
        return {kind: count for kind, count in counted.items() if count}


@pytest.fixture
def world(tmp_path: Path, sample: Callable[[str], Any], picture: Callable[..., bytes]) -> Iterator[World]:
    made = World(tmp_path / "namus", sample("namus_shape_b.json"), picture)
    with running(Folder(made.folder)) as url:
        made.url = url
        yield made


@pytest.fixture
def sync(world: World, gallery: Gallery, withdrawal: Any, clock: Any) -> Callable[..., Sync]:
    def begin(**options: Any) -> Sync:
        client = PoliteClient(
            base_url=world.url,
            contact="homeward@agency.example",
            pace=ProcessPace(per_second=1e6),
            permission="the stand-in's cases are fictional",
        )
        runs = SyncRuns(dynamodb=gallery.dynamodb, table=gallery.table, now=clock)
        fetcher = CaseFetcher(source=NamUs(client, states=("Washington",)), gallery=gallery)
        return Sync(fetcher=fetcher, withdrawal=withdrawal, runs=runs, **{"owner": "test", **options})

    return begin


@pytest.fixture
def state(s3: Any, gallery: Gallery, photos: PhotoIndex, rekognition: Any) -> Callable[[], tuple[int, int, int]]:
    """Deliver every event, then count open cases, photo objects and faces."""
    seen: set[str] = set()

    def settle() -> tuple[int, int, int]:
        keys = {item["Key"] for item in s3.list_objects_v2(Bucket="gallery", Prefix="photos/").get("Contents", [])}
        seen.update(keys)
        for key in sorted(seen):
            photos.reconcile(key)
        cases = (f"namus:MP97{number:04}" for number in range(1, CASES + 1))
        statuses = [read_status(gallery.dynamodb, table="cases", case_id=case) for case in cases]
        return statuses.count(CaseStatus.OPEN), len(keys), len(rekognition.external_ids())

    return settle


FULL = (CASES, 2 * CASES, 2 * CASES)
ONE_LESS = (CASES - 1, 2 * CASES - 2, 2 * CASES - 2)


def test_second_sync_fetches_nothing(sync: Any, world: World, state: Any) -> None:
    report = sync().run()
    assert (report.listed, report.outcomes, report.failed, report.complete) == (CASES, {"CasesStored": CASES}, 0, True)
    assert state() == FULL
    assert world.requests() == {"search": 1, "case": CASES, "image": 2 * CASES}
    assert sync().run().outcomes == {}
    assert world.requests() == {"search": 1}
    assert state() == FULL


def test_changed_photo_replaces_its_face(sync: Any, world: World, state: Any, rekognition: Any) -> None:
    sync().run()
    state()
    before = dict(rekognition.faces["faces"])
    world.replace_picture(3, seed=77)
    world.requests()
    sync().run()
    assert world.requests() == {"search": 1, "case": 1, "image": 2}
    assert state() == FULL
    gone = [face["ExternalImageId"] for face_id, face in before.items() if face_id not in rekognition.faces["faces"]]
    assert gone == ["namus:MP970003:30"]


@pytest.mark.parametrize("resolved", [200, 404])
def test_closed_case_leaves_in_the_same_sync(sync: Any, world: World, state: Any, resolved: int) -> None:
    sync().run()
    state()
    world.switch(resolved=resolved)
    world.write(5, caseIsResolved=True)
    report = sync().run()
    assert (report.vanished, report.removed) == (1, 1)
    assert state() == ONE_LESS
    assert sync().run().outcomes == {}


@pytest.mark.parametrize("how", ["removed", "vanished"])
def test_vanished_case_is_confirmed_and_can_come_back(sync: Any, world: World, state: Any, how: str) -> None:
    sync().run()
    state()
    world.switch(**{how: [970007]})
    world.write(7, modified="2025-02-02T00:00:00")
    world.requests()
    assert sync().run().removed == 1
    assert world.requests() == {"search": 1, "case": 1}
    assert state() == ONE_LESS
    world.switch()
    sync().run()
    assert state() == FULL


def test_unlisted_case_that_is_still_open_stays(sync: Any, world: World, state: Any) -> None:
    sync().run()
    document = json.loads((world.folder / "MP970002.json").read_text())
    document["sighting"]["address"]["state"]["name"] = "Oregon"
    (world.folder / "MP970002.json").write_text(json.dumps(document))
    report = sync().run()
    assert (report.vanished, report.removed) == (1, 0)
    assert state() == FULL


def test_sync_resumes_after_the_source_was_down(sync: Any, world: World, state: Any) -> None:
    world.switch(faults=[{"do": "drop", "after": 6}])
    with pytest.raises(SourceDownError):
        sync().run()
    cases, objects, _ = state()
    assert 0 < cases < CASES
    world.switch()
    world.requests()
    report = sync().run()
    assert state() == FULL
    assert world.requests()["image"] == 2 * CASES - objects, "no photo is downloaded twice"
    assert report.complete


def test_failed_listing_removes_nothing(sync: Any, world: World, state: Any) -> None:
    sync().run()
    world.switch(faults=[{"on": ["search"], "do": "status", "status": 500}])
    with pytest.raises(SourceError):
        sync().run()
    assert state() == FULL


@pytest.mark.parametrize("status", [429, 503])
def test_bursts_of_transient_errors_are_retried(sync: Any, world: World, state: Any, status: int) -> None:
    world.switch(faults=[{"do": "status", "status": status, "every": 3, "retry_after": 0}])
    assert sync().run().complete
    assert state() == FULL


@pytest.mark.parametrize(
    "damage",
    [
        "empty",
        "cut",
        pytest.param("truncate", marks=pytest.mark.nightly),
        pytest.param("text", marks=pytest.mark.nightly),
    ],
)
def test_broken_picture_is_left_out_of_its_case(sync: Any, world: World, state: Any, damage: str) -> None:
    world.switch(faults=[{"on": ["image"], "path": "/images/40/", "do": damage}])
    report = sync().run()
    assert state() == (CASES, 2 * CASES - 1, 2 * CASES - 1)
    assert report.failed == (1 if damage == "cut" else 0), "the next sync retries an interrupted download"
    world.switch()
    world.requests()
    sync().run()
    assert world.requests().get("image", 0) == (1 if damage == "cut" else 0)


def test_redirect_to_another_host_is_not_followed(sync: Any, world: World, state: Any) -> None:
    with httpx.Client() as other, running(Folder(world.folder)) as elsewhere:
        world.switch(faults=[{"on": ["image"], "path": "/images/40/", "do": "redirect", "to": elsewhere}])
        sync().run()
        assert other.get(f"{elsewhere}/_stand_in/requests").json()["total"] == 0
    assert state() == (CASES, 2 * CASES - 1, 2 * CASES - 1)


def test_hostile_documents_are_quarantined(sync: Any, world: World, state: Any, s3: Any) -> None:
    world.write(1, idFormatted="MP5")
    world.write(
        2, subjectIdentification=None, subjectDescription=[], investigatingAgencies={"a": 1}, physicalDescription=7
    )
    world.write(3, circumstances={"circumstancesOfDisappearance": "x" * 4_000_000})
    world.write(4, notes=[{"description": "y" * 10_000_000}])
    world.write(6, images=[])
    world.switch(nulls=True)
    assert sync().run().outcomes == {"CasesStored": CASES - 2, "CasesQuarantined": 2}
    quarantined = s3.list_objects_v2(Bucket="gallery", Prefix="quarantine/")["Contents"]
    assert [item["Key"] for item in quarantined] == [f"quarantine/namus/MP97000{number}.json" for number in (1, 4)]
    assert state() == (CASES - 2, 2 * CASES - 6, 2 * CASES - 6)
    world.requests()
    sync().run()
    assert world.requests() == {"search": 1}, "the same document is not fetched again"


def test_safety_stop_comes_before_the_first_removal(sync: Any, world: World, state: Any) -> None:
    sync().run()
    world.switch(removed=[970000 + number for number in range(1, 7)])
    world.requests()
    with pytest.raises(SafetyStopError, match="6 of 8 open cases of namus would be removed"):
        sync().run()
    assert world.requests() == {"search": 1}
    assert state() == FULL
    assert sync().run(allow_removals=True).removed == 6
    assert state() == (2, 4, 4)


def test_too_many_resolved_cases_stop_the_sync(sync: Any, world: World, state: Any) -> None:
    sync().run()
    for number in range(1, 8):
        world.write(number, modified="2025-03-03T00:00:00", subjectIdentification={"firstName": "Changed"})
    run = sync()
    read = run.fetcher.source.read
    run.fetcher.source.read = lambda source_id, document: msgspec.structs.replace(
        read(source_id, document), status=CaseStatus.RESOLVED
    )
    with pytest.raises(SafetyStopError, match="7 of 8"):
        run.run()
    assert state() == FULL


def test_overlapping_run_does_not_start(sync: Any, clock: Any) -> None:
    first = sync(owner="execution 1")
    first.runs.begin("namus", "execution 1")
    with pytest.raises(SyncRunningError, match="execution 1"):
        sync(owner="execution 2").run()
    clock.advance(minutes=31)
    assert sync(owner="execution 2").run().complete
    with pytest.raises(SyncRunningError):
        first.runs.renew("namus", "execution 1")


def test_run_of_a_killed_process_does_not_block(sync: Any, state: Any) -> None:
    dead = subprocess.run(
        [sys.executable, "-c", "from lambdas.ingest.sync_runs import this_process; print(this_process())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    sync().runs.begin("namus", dead)
    assert sync(owner=this_process()).run().complete
    assert state() == FULL


def test_run_of_a_live_process_blocks(sync: Any) -> None:
    sync().runs.begin("namus", this_process())
    with pytest.raises(SyncRunningError):
        sync(owner="another").run()


@pytest.mark.parametrize(
    "after", [1, 11, pytest.param(5, marks=pytest.mark.nightly), pytest.param(17, marks=pytest.mark.nightly)]
)
def test_killed_sync_continues_without_downloading_again(
    sync: Any, world: World, state: Any, s3: Any, after: int
) -> None:
    killed = sync()
    puts = iter(range(after))

    def kill(**_: Any) -> None:
        if next(puts, None) is None:
            raise KeyboardInterrupt

    s3.meta.events.register("before-call.s3.PutObject", kill, unique_id="kill")
    with pytest.raises(KeyboardInterrupt):
        killed.run()
    s3.meta.events.unregister("before-call.s3.PutObject", unique_id="kill")
    downloaded = world.requests()["image"]
    sync().run()
    assert state() == FULL
    assert downloaded + world.requests()["image"] <= 2 * CASES + 1, "only the photo in progress was fetched twice"


def test_last_report_is_kept(sync: Any) -> None:
    sync().run()
    report = sync().runs.last_report("namus")
    assert report is not None
    assert (report["listed"], report["complete"]) == (CASES, True)
