"""The switches, faults, and request counts of the NamUs stand-in."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from lambdas.cases.case import PhotoKind
from lambdas.ingest.sources.namus.document import read_namus_case
from local_cloud.namus.folder import Folder
from local_cloud.namus.server import running
from local_cloud.namus.switches import RequestFault, Switches

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SET = "/api/CaseSets/NamUs/MissingPersons"
STATES = "/api/CaseSets/NamUs/States"
CASE = f"{SET}/Cases/900101"
PICTURE = f"{CASE}/Images/910101/Original"
BYTES = b"\xff\xd8 bytes of a picture " * 50


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    folder = tmp_path_factory.mktemp("documents")
    with running(Folder(folder)) as url:
        yield folder, url


@pytest.fixture
def folder(served: tuple[Path, str]) -> Path:
    """The folder with an open and a resolved case, both with the same two pictures."""
    path, _ = served
    file = {"mimeType": "image/jpg", "href": PICTURE}
    images = [
        {"identityId": identity, "isPublic": True, "category": {"name": "ActualPhoto"}, "files": {"original": file}}
        for identity in (910101, 910102)
    ]
    for number, resolved in ((900101, False), (900102, True)):
        document = {
            "id": number,
            "idFormatted": f"MP{number}",
            "caseIsResolved": resolved,
            "notes": None,
            "images": images,
        }
        (path / f"{number}.json").write_text(json.dumps(document))
    (path / "images").mkdir(exist_ok=True)
    (path / "images" / "910101.jpg").write_bytes(BYTES)
    (path / "images" / "910102.jpg").write_bytes(BYTES[::-1])
    return path


@pytest.fixture
def namus(served: tuple[Path, str], folder: Path) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served[1], trust_env=False) as client:
        switch(client)
        client.delete("/_stand_in/requests")
        yield client


def switch(namus: httpx.Client, **switches: Any) -> None:
    answer = namus.put("/_stand_in/switches", json=switches)
    assert answer.status_code == 200, answer.text


def fault(namus: httpx.Client, **members: Any) -> None:
    switch(namus, faults=[members])


def statuses(namus: httpx.Client, path: str, count: int) -> list[int]:
    return [namus.get(path).status_code for _ in range(count)]


def listed(namus: httpx.Client) -> list[int]:
    body = {"projections": ["namus2Number"]}
    return [row["namus2Number"] for row in namus.post(f"{SET}/Search", json=body).json()["results"]]


def requests(namus: httpx.Client) -> dict[str, Any]:
    report: dict[str, Any] = namus.get("/_stand_in/requests").json()
    return report


def test_a_resolved_case_is_200_or_404_and_never_listed(namus: httpx.Client) -> None:
    assert namus.get(f"{SET}/Cases/900102").json()["caseIsResolved"] is True
    switch(namus, resolved=404)
    assert namus.get(f"{SET}/Cases/900102").status_code == 404
    assert namus.get(f"{SET}/Cases/900102/Images/910101/Original").status_code == 404
    assert namus.get(CASE).status_code == 200
    assert listed(namus) == [900101]


def test_a_case_can_vanish_before_or_after_search(namus: httpx.Client) -> None:
    switch(namus, vanished=[900101])
    assert (listed(namus), namus.get(CASE).status_code) == ([900101], 404)
    switch(namus, removed=[900101])
    assert (listed(namus), namus.get(CASE).status_code, namus.get(PICTURE).status_code) == ([], 404, 404)
    switch(namus)
    assert (listed(namus), namus.get(CASE).status_code) == ([900101], 200)


def test_robots_txt_is_the_real_one_by_default(namus: httpx.Client) -> None:
    assert namus.get("/robots.txt").text.splitlines() == [
        "User-agent: *",
        "Allow: /$",
        "Allow: /About",
        "Allow: /Contact",
        "Disallow: /",
    ]
    switch(namus, robots="allow")
    assert namus.get("/robots.txt").text == "User-agent: *\nDisallow:\n"
    switch(namus, robots="missing")
    assert namus.get("/robots.txt").status_code == 404


def test_one_picture_can_replace_another(namus: httpx.Client) -> None:
    switch(namus, same_picture={910102: 910101})
    assert namus.get(PICTURE.replace("910101/Or", "910102/Or")).content == BYTES


def test_a_wrong_mime_type_is_in_document_and_response(namus: httpx.Client) -> None:
    switch(namus, mime_type="image/x-png")
    assert namus.get(CASE).json()["images"][0]["files"]["original"]["mimeType"] == "image/x-png"
    answer = namus.get(PICTURE)
    assert (answer.headers["content-type"], answer.content) == ("image/x-png", BYTES)


def test_nulls_are_dropped_by_default(namus: httpx.Client) -> None:
    assert "notes" not in namus.get(CASE).json()
    switch(namus, nulls=True)
    assert namus.get(CASE).json()["notes"] is None


def test_documents_are_served_in_either_shape(namus: httpx.Client, folder: Path) -> None:
    agency = {"name": "Nowhere Falls Police", "phone": "5035550142"}
    agencies = [{"id": 7, "name": agency["name"], "isCaseOwner": True, "selection": {"agency": agency}}]
    place = {
        "city": "Nowhere Falls",
        "state": {"name": "Oregon", "displayName": "OR"},
        "county": {"name": "Larkspur County", "displayName": "Larkspur"},
    }
    picture = {
        "identityId": 910101,
        "category": {"id": 24, "name": "ActualPhoto"},
        "files": {"original": {"href": PICTURE, "storageKey": "x", "fileName": "y.jpg"}},
    }
    document = {
        "idFormatted": "MP900101",
        "id": 900101,
        "sighting": {"date": "2021-02-27", "address": place},
        "subjectDescription": {"primaryEthnicity": {"name": "Other"}, "ethnicities": [{"name": "Other"}]},
        "investigatingAgencies": agencies,
        "primaryInvestigatingAgency": {"id": 7, "name": agency["name"]},
        "images": [picture],
    }
    (folder / "900101.json").write_text(json.dumps(document))
    switch(namus, shape="A")
    old = namus.get(CASE).json()
    assert old["sighting"] == {
        "date": "2021-02-27",
        "city": "Nowhere Falls",
        "state": "Oregon",
        "stateDisplayName": "OR",
        "county": "Larkspur County",
        "countyDisplayName": "Larkspur",
    }
    assert old["investigatingAgencies"] == [{"id": 7, "name": agency["name"], "properties": {"agency": agency}}]
    assert old["images"][0]["category"]["name"] == "FacialCaseId"
    assert old["images"][0]["files"]["original"] == {"href": PICTURE}
    assert "primaryInvestigatingAgency" not in old
    assert old["subjectDescription"] == {"ethnicities": [{"name": "Other"}]}
    (folder / "900101.json").write_text(json.dumps(old))
    switch(namus, shape="B")
    new = namus.get(CASE).json()
    assert new["sighting"] == document["sighting"]
    assert new["images"][0]["category"]["name"] == "ActualPhoto"
    assert new["investigatingAgencies"][0]["selection"] == {"agency": agency}
    switch(namus)
    assert namus.get(CASE).json() == old
    cases = [
        read_namus_case("namus", "MP900101", json.dumps(shape).encode(), base_url="http://x") for shape in (old, new)
    ]
    assert cases[0].last_seen == cases[1].last_seen
    assert cases[0].agencies[0].phone == cases[1].agencies[0].phone == "+15035550142"
    assert cases[0].photos == cases[1].photos
    assert cases[0].photos[0].kind is PhotoKind.PORTRAIT


@pytest.mark.parametrize("shape", ["A", "B"])
def test_malformed_members_survive_a_change_of_shape(namus: httpx.Client, folder: Path, shape: str) -> None:
    strange = {
        "id": 900101,
        "sighting": [],
        "investigatingAgencies": [7],
        "images": [{"identityId": [1], "category": 4, "files": {"original": {}}}, "x", {"identityId": 2, "files": [9]}],
    }
    (folder / "900101.json").write_text(json.dumps(strange))
    switch(namus, shape=shape)
    served = namus.get(CASE).json()
    served["images"][0]["files"]["original"].pop("storageKey", None)  # shape B has one for every file
    assert served == strange


def test_a_change_of_shape_adds_no_nulls(namus: httpx.Client, folder: Path) -> None:
    document = {"id": 900101, "images": [], "investigatingAgencies": [{"name": "Mock Harbor Police"}]}
    (folder / "900101.json").write_text(json.dumps(document))
    switch(namus, shape="B", nulls=True)
    assert namus.get(CASE).json() == document | {"primaryInvestigatingAgency": {"name": "Mock Harbor Police"}}


def test_requests_fail_with_or_without_retry_after(namus: httpx.Client) -> None:
    fault(namus, do="status", status=429, times=2, retry_after=7)
    first = namus.get(CASE)
    assert (first.status_code, first.headers["retry-after"]) == (429, "7")
    assert statuses(namus, CASE, 3) == [429, 200, 200]
    fault(namus, do="status", times=1)
    assert "retry-after" not in namus.get(CASE).headers


def test_every_third_request_fails(namus: httpx.Client) -> None:
    fault(namus, do="status", every=3)
    assert statuses(namus, CASE, 7) == [200, 200, 503, 200, 200, 503, 200]


def test_a_fault_hits_only_its_kinds_and_path(namus: httpx.Client) -> None:
    fault(namus, do="status", on=["image", "search"], path="Images/910101")
    paths = [PICTURE, PICTURE.replace("910101", "910102"), CASE, STATES, "/robots.txt"]
    assert [namus.get(path).status_code for path in paths] == [503, 200, 200, 200, 200]


def test_faults_spare_robots_txt_by_default(namus: httpx.Client) -> None:
    fault(namus, do="status")
    assert namus.get("/robots.txt").status_code == 200
    fault(namus, do="status", on=["robots"])
    assert namus.get("/robots.txt").status_code == 503


def test_the_source_goes_down_after_some_requests(namus: httpx.Client) -> None:
    fault(namus, do="drop", after=2)
    assert statuses(namus, CASE, 2) == [200, 200]
    for _ in range(3):
        with pytest.raises(httpx.TransportError):
            namus.get(CASE)
    switch(namus)
    assert statuses(namus, CASE, 1) == [200]
    assert requests(namus)["statuses"] == {"200": 3, "dropped": 3}


def test_a_connection_can_end_in_the_middle_of_a_response(namus: httpx.Client) -> None:
    fault(namus, do="cut")
    with namus.stream("GET", PICTURE) as answer:
        assert answer.headers["content-length"] == str(len(BYTES))
        with pytest.raises(httpx.RemoteProtocolError):
            answer.read()


@pytest.mark.parametrize(
    ("how", "body"),
    [("truncate", BYTES[: len(BYTES) // 2]), ("empty", b""), ("text", b"This is not what was asked for.\n")],
)
def test_a_body_can_be_replaced_in_a_complete_response(namus: httpx.Client, how: str, body: bytes) -> None:
    fault(namus, do=how)
    answer = namus.get(PICTURE)
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, body, "image/jpg")


def test_a_redirect_keeps_the_path(namus: httpx.Client) -> None:
    fault(namus, do="redirect", on=["image"], to="http://127.0.0.2:9/")
    answer = namus.get(PICTURE)
    assert (answer.status_code, answer.headers["location"].lower()) == (302, f"http://127.0.0.2:9{PICTURE}".lower())


def test_faults_are_tried_in_order(namus: httpx.Client) -> None:
    switch(namus, faults=[{"latency_ms": 1}, {"do": "status", "times": 1}, {"do": "drop", "times": 1}])
    assert statuses(namus, CASE, 1) == [503]
    with pytest.raises(httpx.TransportError):
        namus.get(CASE)
    assert statuses(namus, CASE, 1) == [200]


def test_setting_a_fault_again_resets_its_count(namus: httpx.Client) -> None:
    for _ in range(2):
        fault(namus, do="status", times=1)
        assert statuses(namus, CASE, 2) == [503, 200]


def test_a_put_resets_missing_members_to_their_defaults(folder: Path) -> None:
    defaults = Switches(robots="allow", resolved=404, faults=(RequestFault(do="status", times=1),))
    with running(Folder(folder), defaults) as url, httpx.Client(base_url=url, trust_env=False) as namus:
        assert statuses(namus, CASE, 2) == [503, 200]
        switch(namus, resolved=200, faults=[])
        assert (namus.get(f"{SET}/Cases/900102").status_code, namus.get("/robots.txt").text) == (
            200,
            "User-agent: *\nDisallow:\n",
        )
        switch(namus)
        assert namus.get("/_stand_in/switches").json()["resolved"] == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"shap": "A"},
        {"shape": "C"},
        {"resolved": 500},
        {"vanished": ["MP900101"]},
        {"faults": [{"do": "explode"}]},
        {"faults": [{"do": "redirect"}]},
        {"faults": [{"every": 0}]},
        {"faults": [{"on": ["pictures"]}]},
        [],
    ],
)
def test_an_invalid_switch_changes_nothing(namus: httpx.Client, wrong: Any) -> None:
    switch(namus, robots="allow")
    before = namus.get("/_stand_in/switches").json()
    refused = namus.put("/_stand_in/switches", json=wrong)
    assert refused.status_code == 400
    assert refused.text.count("\n") == 1
    assert namus.get("/_stand_in/switches").json() == before


def test_the_switches_of_a_get_can_be_put(namus: httpx.Client) -> None:
    switch(namus, same_picture={1: 2}, vanished=[3], faults=[{"do": "status", "on": ["case"], "every": 2}])
    shown = namus.get("/_stand_in/switches").json()
    switch(namus, **shown)
    assert namus.get("/_stand_in/switches").json() == shown


def test_requests_are_counted_by_kind_path_and_status(namus: httpx.Client) -> None:
    paths = (STATES, CASE, CASE, f"{SET}/Cases/1", PICTURE, PICTURE.replace("Original", "Download"))
    for path in (
        *paths,
        PICTURE.replace("Original", "Thumbnail"),
        f"{CASE}/Images/Default/Thumbnail",
        "/robots.txt",
        "/x",
    ):
        namus.get(path, headers={"user-agent": "Homeward/1"})
    namus.post(f"{SET}/Search", json={}, headers={"user-agent": "Homeward/1"})
    found = requests(namus)
    assert found["kinds"] == {
        "robots": 1,
        "states": 1,
        "search": 1,
        "case": 3,
        "image": 2,
        "thumbnail": 2,
        "other": 1,
    }
    assert found["total"] == 11
    assert found["paths"][f"GET {CASE}"] == 2
    assert found["statuses"] == {"200": 9, "404": 2}
    assert found["user_agents"] == {"Homeward/1": 11}
    assert found["bytes_sent"] > 2 * len(BYTES)
    assert namus.delete("/_stand_in/requests").status_code == 204
    assert requests(namus)["total"] == requests(namus)["bytes_sent"] == 0


def test_concurrent_requests_are_counted(namus: httpx.Client) -> None:
    namus.get(CASE)
    namus.get(CASE)
    assert requests(namus)["max_concurrent"] == 1
    fault(namus, latency_ms=300)
    threads = [threading.Thread(target=namus.get, args=(CASE,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert requests(namus)["max_concurrent"] == 3
