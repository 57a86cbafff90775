"""Whole syncs by the command line against the NamUs stand-in, each asserted on the gallery's final state."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from lambdas.encounters.encounter import Review
from lambdas.ingest.wiring import open_runs
from local_cloud.demo.watch import wait_until
from local_cloud.lifecycle import running_cloud
from local_cloud.namus.folder import Folder
from local_cloud.namus.server import running
from local_cloud.paths import ROOT
from local_cloud.rekognition.engine.distinct_faces import distinct_faces
from local_cloud.settings import CloudSettings
from tests.end_to_end.bare_gallery import BareGallery
from tests.end_to_end.deployed_agency import DeployedAgency, jpeg, write_case
from tests.end_to_end.namus_stand_in import NamusStandIn

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from local_cloud.cloud import Cloud

CASES = 6
FULL = (CASES, 2 * CASES)
ONE_LESS = (CASES - 1, 2 * CASES - 2)
_numbers = count(1)
# tests/unit/lambdas/ingest/test_sync.py tests the same without the command line.
same_in_unit_tests = pytest.mark.nightly


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    services = ("rekognition", "emulator")
    settings = CloudSettings(state=tmp_path_factory.mktemp("cloud"), services=services).with_free_ports()
    with running_cloud(settings) as started:
        yield started


@pytest.fixture
def namus(tmp_path: Path) -> Iterator[NamusStandIn]:
    folder = tmp_path / "namus"
    folder.mkdir()
    template = json.loads((ROOT / "tests" / "golden" / "namus_case.json").read_text())
    with running(Folder(folder)) as url:
        stand = NamusStandIn(url, folder, distinct_faces(), template)
        for number in range(1, CASES + 1):
            stand.write_case(number)
            for photo in range(2):
                stand.write_picture(number * 10 + photo, stand.faces[number * 2 + photo].read_bytes())
        yield stand


@pytest.fixture
def gallery(cloud: Cloud, namus: NamusStandIn, tmp_path: Path) -> BareGallery:
    made = BareGallery(cloud, f"bare{next(_numbers)}", tmp_path / "agency.toml")
    made.make(namus.url)
    return made


@pytest.fixture
def synced(gallery: BareGallery, namus: NamusStandIn) -> BareGallery:
    """A gallery after its first sync."""
    gallery.sync()
    assert gallery.state() == FULL
    namus.take_requests()
    return gallery


def external_ids(gallery: BareGallery) -> dict[str, str]:
    faces = gallery.cloud.client("rekognition").list_faces(CollectionId=gallery.deployment["FaceCollection"])["Faces"]
    return {face["ExternalImageId"]: face["FaceId"] for face in faces}


def test_the_second_sync_fetches_nothing(gallery: BareGallery, namus: NamusStandIn) -> None:
    planned = gallery.sync("--dry-run")
    assert (len(planned["to_fetch"]), planned["vanished"]) == (CASES, [])
    assert gallery.state() == (0, 0)
    namus.take_requests()
    assert gallery.sync()["outcomes"] == {"CasesStored": CASES}
    assert namus.take_requests() == {"search": 1, "case": CASES, "image": 2 * CASES}
    assert gallery.state() == FULL
    assert gallery.sync()["outcomes"] == {}
    assert namus.take_requests() == {"search": 1}
    assert gallery.state() == FULL


@same_in_unit_tests
def test_a_changed_photo_replaces_its_face(synced: BareGallery, namus: NamusStandIn) -> None:
    before = external_ids(synced)
    namus.write_picture(30, namus.faces[0].read_bytes())
    namus.write_case(3, modified="2025-06-06T00:00:00")
    synced.sync()
    assert namus.take_requests() == {"search": 1, "case": 1, "image": 2}
    assert synced.state() == FULL
    after = external_ids(synced)
    assert before.keys() == after.keys()
    assert [photo for photo in after if after[photo] != before[photo]] == ["namus:MP970003:30"]


@same_in_unit_tests
@pytest.mark.parametrize("answer", [200, 404])
def test_a_closed_case_is_removed_in_the_same_sync(synced: BareGallery, namus: NamusStandIn, answer: int) -> None:
    namus.switch(resolved=answer)
    namus.write_case(5, caseIsResolved=True)
    assert synced.sync()["removed"] == 1
    assert synced.state() == ONE_LESS
    assert not [photo for photo in external_ids(synced) if "MP970005" in photo]


@same_in_unit_tests
def test_a_vanished_case_is_removed_and_can_come_back(synced: BareGallery, namus: NamusStandIn) -> None:
    namus.switch(removed=[970004])
    assert synced.sync()["removed"] == 1
    assert namus.take_requests() == {"search": 1, "case": 1}
    assert synced.state() == ONE_LESS
    namus.switch()
    synced.sync()
    assert synced.state() == FULL
    assert len(external_ids(synced)) == 2 * CASES


@same_in_unit_tests
def test_a_source_that_goes_down_is_resumed_later(gallery: BareGallery, namus: NamusStandIn) -> None:
    namus.switch(faults=[{"do": "drop", "after": 4}])
    assert "failed for 5 cases in a row; sync again later" in gallery.sync(code=1, backoff=False)["error"]
    assert gallery.state() == (1, 2)
    namus.switch()
    namus.take_requests()
    assert gallery.sync()["complete"]
    assert namus.take_requests()["image"] == 2 * CASES - 2
    assert gallery.state() == FULL
    namus.switch(faults=[{"on": ["search"], "do": "status", "status": 500}])
    assert gallery.sync(code=1, backoff=False)["removed"] == 0
    assert gallery.state() == FULL


@pytest.mark.parametrize("images", [7, pytest.param(1, marks=pytest.mark.nightly)])
def test_a_killed_sync_resumes_without_repeated_downloads(
    gallery: BareGallery, namus: NamusStandIn, images: int
) -> None:
    namus.switch(faults=[{"on": ["image"], "latency_ms": 60}])
    gallery.kill_sync_when(lambda: namus.requests().get("image", 0) >= images)
    namus.switch()
    killed_after = namus.take_requests()["image"]
    report = gallery.sync()
    assert report["complete"]
    assert gallery.state() == FULL
    assert killed_after + namus.take_requests()["image"] <= 2 * CASES + 1, (
        "only the download in progress may be repeated"
    )


@same_in_unit_tests
@pytest.mark.parametrize("status", [429, 503])
def test_a_sync_retries_through_throttling_and_outages(gallery: BareGallery, namus: NamusStandIn, status: int) -> None:
    namus.switch(faults=[{"do": "status", "status": status, "every": 3, "retry_after": 0}])
    assert gallery.sync()["complete"]
    assert gallery.state() == FULL


@same_in_unit_tests
def test_unreadable_pictures_are_left_out_of_their_cases(gallery: BareGallery, namus: NamusStandIn) -> None:
    damages = {10: "truncate", 20: "text", 30: "empty"}
    faults = [{"on": ["image"], "path": f"/images/{identity}/", "do": do} for identity, do in damages.items()]
    namus.switch(faults=faults)
    assert gallery.sync()["outcomes"] == {"CasesStored": CASES}
    assert gallery.state() == (CASES, 2 * CASES - len(damages))
    shown = json.loads(gallery.homeward("case", "show", "namus:MP970001", "--json").stdout)
    assert shown["photos"]["10"]["face_status"] == "unusable"
    assert "broken image" in shown["photos"]["10"]["reason"]


@same_in_unit_tests
def test_a_truncated_picture_does_not_replace_a_good_one(synced: BareGallery, namus: NamusStandIn) -> None:
    namus.write_case(1, modified="2025-06-06T00:00:00")
    namus.switch(faults=[{"on": ["image"], "path": "/images/10/", "do": "truncate"}])
    synced.sync()
    assert synced.state() == FULL


@same_in_unit_tests
def test_a_redirect_to_another_host_is_not_followed(gallery: BareGallery, namus: NamusStandIn) -> None:
    with running(Folder(namus.folder)) as elsewhere:
        namus.switch(faults=[{"on": ["image"], "path": "/images/40/", "do": "redirect", "to": elsewhere}])
        gallery.sync()
        assert httpx.get(f"{elsewhere}/_stand_in/requests").json()["total"] == 0
    assert gallery.state() == (CASES, 2 * CASES - 1)


def test_hostile_documents_are_quarantined(gallery: BareGallery, namus: NamusStandIn) -> None:
    hostile: dict[int, dict[str, Any]] = {
        1: {"idFormatted": "MP5"},
        2: {"subjectIdentification": None, "subjectDescription": [], "investigatingAgencies": {"a": 1}},
        3: {"circumstances": {"circumstancesOfDisappearance": "x" * 4_000_000}},
        4: {"notes": [{"description": "y" * 10_000_000}]},
        5: {"images": [None, 7, {"identityId": "fifty"}], "physicalDescription": 7},
    }
    for number, changes in hostile.items():
        namus.write_case(number, **changes)
    (namus.folder / "970006.json").write_text("")
    (namus.folder / "970007.json").write_text('{"id": 970007, "sighting": {"address": {"state": {"name": "Oregon"}}}}')
    namus.switch(nulls=True)
    report = gallery.sync(code=6)
    assert (report["failed"], report["quarantined"], report["complete"]) == (0, 2, True)
    assert "not of MP970001" in report["quarantined_cases"]["namus:MP970001"]
    counted = json.loads(gallery.homeward("gallery", "stats", "--json").stdout)
    assert (counted["cases"], counted["quarantined"]) == ({"namus open": 4}, 2)
    assert gallery.state() == (4, 4)
    namus.take_requests()
    gallery.sync()
    assert namus.take_requests() == {"search": 1}, "an unchanged document is not fetched again"


def test_too_many_removals_need_permission(synced: BareGallery, namus: NamusStandIn) -> None:
    namus.switch(removed=[970000 + number for number in range(1, CASES + 1)])
    refused = synced.sync(code=5)
    assert f"{CASES} of {CASES} open cases of namus would be removed" in refused["error"]
    assert synced.state() == FULL
    assert synced.sync("--allow-removals")["removed"] == CASES
    assert synced.state() == (0, 0)


def test_verify_finds_and_repairs_differences(synced: BareGallery) -> None:
    bucket, collection = synced.deployment["GalleryBucket"], synced.deployment["FaceCollection"]
    synced.cloud.client("s3").put_object(
        Bucket=bucket, Key="photos/namus/MP1/1.jpg", Body=b"", Metadata={"kind": "portrait"}
    )
    face = external_ids(synced)["namus:MP970002:20"]
    synced.cloud.client("rekognition").delete_faces(CollectionId=collection, FaceIds=[face])
    found = synced.homeward("gallery", "verify")
    assert found.returncode == 4
    assert "photos/namus/MP1/1.jpg: a photo of a case that the gallery does not have" in found.stdout
    assert f"photos/namus/MP970002/20.jpg: {collection} has 0 faces of the photo" in found.stdout
    assert synced.homeward("gallery", "verify", "--repair").returncode == 0
    assert synced.homeward("gallery", "verify").returncode == 0
    assert synced.state() == FULL


def test_a_rebuilt_collection_is_activated_and_rolled_back(synced: BareGallery) -> None:
    first = synced.deployment["FaceCollection"]
    rebuilt = json.loads(synced.homeward("gallery", "rebuild", "--json").stdout)
    assert rebuilt["active"].startswith(f"{first}-")
    assert rebuilt["previous"] == first
    assert synced.state() == FULL
    back = json.loads(synced.homeward("gallery", "rebuild", "rollback", "--json").stdout)
    assert (back["active"], back["previous"]) == (first, rebuilt["active"])
    assert synced.homeward("gallery", "rebuild", "finish").returncode == 0
    assert synced.cloud.client("rekognition").list_collections()["CollectionIds"].count(rebuilt["active"]) == 0
    assert synced.homeward("gallery", "rebuild", "rollback").returncode == 5
    assert synced.state() == FULL


def test_the_state_machine_syncs_and_reports_like_the_command(agency: DeployedAgency) -> None:
    def homeward(*arguments: str) -> subprocess.CompletedProcess[str]:
        agency_file = str(agency.cloud.settings.state / "demo.toml")
        options = ["--agency-file", agency_file] if "sync" in arguments else []
        return agency.homeward(*arguments, *options, code=None)

    def sync(*options: str, code: int = 0) -> dict[str, Any]:
        ended = homeward("sync", "--json", *options)
        assert (ended.returncode, bool(ended.stdout)) == (code, True), ended.stderr
        [report] = json.loads(ended.stdout)
        return dict(report)

    def settled(*, more: int) -> bool:
        gallery = agency.watch.gallery()
        return gallery["pending"] == 0 and all(gallery[kind] == before[kind] + more for kind in ("cases", "faces"))

    def rewrite(document: dict[str, Any]) -> None:
        (agency.documents / "900513.json").write_text(json.dumps(document))

    before = agency.watch.gallery()
    write_case(agency.documents, number=900513, name="Ansel Madeupson", picture=distinct_faces()[5])
    refusing = {"on": ["case"], "path": "/900513", "do": "status", "status": 400}
    switches = f"{agency.cloud.settings.endpoints['namus']}/_stand_in/switches"
    httpx.put(switches, json={"faults": [refusing]}).raise_for_status()
    unfetched = [sync(*options, code=1) for options in (["--in-cloud"], [])]
    assert [(report["to_fetch"], report["failed"], report["complete"]) for report in unfetched] == [(1, 1, False)] * 2
    assert "1 case of namus could not be fetched; sync again" in homeward("sync", "--in-cloud").stderr
    httpx.put(switches, json={}).raise_for_status()
    document = json.loads((agency.documents / "900513.json").read_text())
    (agency.documents / "900514.json").write_text(json.dumps(document | {"id": 900514, "idFormatted": "MP1"}))
    fetched = sync("--in-cloud", code=6)
    assert (fetched["to_fetch"], fetched["failed"], fetched["complete"]) == (2, 0, True)
    assert list(fetched["quarantined_cases"]) == ["namus:MP900514"]
    (agency.documents / "900514.json").unlink()
    wait_until("the new case's face", lambda: settled(more=1))
    assert sync()["outcomes"] == {}
    agency.send(jpeg(distinct_faces()[5]), camera="sync-1")
    wait_until("the alert about the new case", lambda: agency.alerts_at("sync-1"))
    [encounter] = agency.encounters_at("sync-1")
    rewrite(document | {"idFormatted": "MP5", "modifiedDateTime": "2026-06-06T00:00:00"})
    assert list(sync("--in-cloud", code=6)["quarantined_cases"]) == ["namus:MP900513"]
    rewrite(document | {"caseIsResolved": True})
    assert sync("--in-cloud")["removed"] == 1
    wait_until("the removal of its face", lambda: settled(more=0))
    assert agency.encounters_at("sync-1")[0]["review"] == Review.WITHDRAWN
    assert agency.watch.keys("DetectionBucket", f"encounters/{encounter['encounter_id']}/") == []
    wait_until("the recall", lambda: any("stand down" in text.lower() for text in agency.alerts_at("sync-1")))
    assert not [key for key in agency.watch.keys("GalleryBucket", "quarantine/") if "MP900513" in key]
    assert homeward("gallery", "verify").returncode == 0

    open_runs(agency.deployment).begin("namus", "execution of somebody else")
    refused = homeward("sync", "--in-cloud")
    # 5 on AWS. The emulator drops the type of a function's exception.
    assert refused.returncode in {1, 5}
    assert "a sync of namus is running since" in refused.stderr
    open_runs(agency.deployment).end("namus", "execution of somebody else", {})
