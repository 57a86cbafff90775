"""The product's NamUs client against the stand-in, with generated cases, and the stand-in's command line."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from lambdas.cases.case import CaseStatus
from lambdas.common.photos import prepare_photo
from lambdas.downloads.errors import GoneError, RefusedError, SourceError, UnavailableError
from lambdas.downloads.pace import ProcessPace
from lambdas.downloads.polite_client import PoliteClient
from lambdas.ingest.sources.namus.api import NamUs
from lambdas.ingest.sources.protocol import UnreadableListingError
from local_cloud.demo_cases import write_demo_documents
from local_cloud.namus.folder import Folder
from local_cloud.namus.population import Combined
from local_cloud.namus.server import running
from local_cloud.namus.synthetic import Synthetic
from local_cloud.paths import ROOT
from local_cloud.rekognition.engine.distinct_faces import distinct_faces
from tests.support.certificates import Authority

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def client_of(url: str, *, permission: str | None = "The stand-in is ours.") -> NamUs:
    pace = ProcessPace(per_second=1000)
    return NamUs(PoliteClient(base_url=url, contact="t@agency.example", pace=pace, permission=permission))


def switch(url: str, **switches: Any) -> None:
    httpx.put(f"{url}/_stand_in/switches", json=switches, trust_env=False).raise_for_status()


def requests(url: str) -> dict[str, Any]:
    report: dict[str, Any] = httpx.get(f"{url}/_stand_in/requests", trust_env=False).json()
    return report


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("documents")
    write_demo_documents(folder, distinct_faces())
    with running(Folder(folder)) as url:
        yield url


@pytest.fixture
def url(served: str) -> str:
    switch(served)
    httpx.delete(f"{served}/_stand_in/requests", trust_env=False)
    return served


@pytest.mark.parametrize("shape", [None, "A", "B"])
def test_the_client_reads_every_demo_case_and_photo(url: str, shape: str | None) -> None:
    switch(url, shape=shape)
    namus = client_of(url)
    listed = list(namus.list_cases())
    assert len(listed) == 17  # of the 18, one is resolved
    cases = [namus.read(entry.source_id, namus.fetch_document(entry.source_id)) for entry in listed]
    assert [case.source_modified for case in cases] == [entry.modified for entry in listed]
    photos = [prepare_photo(namus.fetch_photo(photo)) for case in cases for photo in case.photos]
    assert len(photos) == 18
    assert Counter(photo.kind for case in cases for photo in case.photos) == {"portrait": 17, "age_progression": 1}
    assert {case.agencies[0].phone is not None for case in cases} == {True}
    asked = requests(url)
    assert {kind: asked["kinds"][kind] for kind in ("robots", "states", "search", "case", "image")} == {
        "robots": 0,
        "states": 1,
        "search": 55,
        "case": 17,
        "image": 18,
    }
    assert asked["max_concurrent"] == 1


def test_a_resolved_case_differs_from_a_missing_one(url: str) -> None:
    namus = client_of(url)
    assert namus.read("MP980113", namus.fetch_document("MP980113")).status is CaseStatus.RESOLVED
    switch(url, resolved=404)
    with pytest.raises(GoneError):
        namus.fetch_document("MP980113")


def test_robots_txt_stops_the_client_without_permission(url: str) -> None:
    with pytest.raises(SourceError, match=r"robots\.txt"):
        list(client_of(url, permission=None).list_cases())
    assert requests(url)["kinds"] | {"robots": 0} == dict.fromkeys(requests(url)["kinds"], 0)
    switch(url, robots="allow")
    assert len(list(client_of(url, permission=None).list_cases())) == 17


def test_the_client_retries_after_throttling(url: str) -> None:
    switch(url, faults=[{"do": "status", "status": 429, "retry_after": 0, "times": 2}])
    assert client_of(url).fetch_document("MP980101")
    assert requests(url)["statuses"] == {"429": 2, "200": 1}


def test_the_client_refuses_redirects_to_other_hosts(url: str) -> None:
    switch(url, faults=[{"do": "redirect", "to": "http://127.0.0.2:9"}])
    with pytest.raises(RefusedError, match=r"127\.0\.0\.2:9.* leaves the source's origin"):
        client_of(url).fetch_document("MP980101")


def test_the_client_retries_a_dropped_connection(url: str) -> None:
    for how in ("drop", "cut"):
        switch(url, faults=[{"do": how, "times": 1}])
        assert json.loads(client_of(url).fetch_document("MP980101"))["id"] == 980101


def test_a_long_retry_after_makes_the_source_unavailable(url: str) -> None:
    switch(url, faults=[{"do": "status", "retry_after": 3600}])
    with pytest.raises(UnavailableError):
        client_of(url).fetch_document("MP980101")


def test_an_unreadable_listing_is_an_error(url: str) -> None:
    switch(url, faults=[{"do": "text", "on": ["search"]}])
    with pytest.raises(UnreadableListingError):
        list(client_of(url).list_cases())


@pytest.mark.nightly
def test_each_of_26_600_cases_is_listed_once(url: str) -> None:
    with running(Synthetic(26_600)) as national:
        listed = [entry.source_id for entry in client_of(national).list_cases()]
        asked = requests(national)
    assert len(listed) == len(set(listed)) == 26_600
    assert asked["kinds"]["search"] == 55
    assert asked["total"] == 56


def test_generated_cases_vary_in_state_shape_and_photos() -> None:
    population = Synthetic(2_000)
    entries = population.entries()
    documents = [population.document(entry.number) for entry in entries]
    assert 20 < sum(len(entry.states) == 2 for entry in entries) < 60
    assert len({state for entry in entries for state in entry.states}) == 55
    assert 300 < sum("state" in document["sighting"] for document in documents) < 500
    pictures = [len(document["images"]) for document in documents]
    assert 0.1 < pictures.count(0) / 2_000 < 0.2
    assert 1.6 < sum(pictures) / (2_000 - pictures.count(0)) < 2.4


def test_the_seed_determines_the_cases() -> None:
    first, again, other = Synthetic(50), Synthetic(50), Synthetic(50, seed=2)
    numbers = [entry.number for entry in first.entries()]
    assert first.entries() == again.entries() != other.entries()
    assert [first.document(number) for number in numbers] == [again.document(number) for number in numbers]
    assert [first.document(number) for number in numbers] != [other.document(number) for number in numbers]


def test_the_client_reads_generated_cases_with_unique_photos() -> None:
    population = Synthetic(40)
    with running(population) as url:
        namus = client_of(url)
        cases = [namus.read(entry.source_id, namus.fetch_document(entry.source_id)) for entry in namus.list_cases()]
        photos = [prepare_photo(namus.fetch_photo(photo)) for case in cases for photo in case.photos]
    assert len(cases) == 40
    assert len({photo.source_sha256 for photo in photos}) == len(photos) > 40
    assert population.picture(900_002_00) is None
    assert population.document(900_002) is None


def test_a_folder_takes_precedence_over_generated_cases(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(
        '{"id": 900004, "subjectIdentification": {"lastName": "Handmade"}, "images": []}'
    )
    both = Combined((Folder(tmp_path), Synthetic(3)))
    both.refresh()
    assert [entry.number for entry in both.entries()] == [900_001, 900_004, 900_007]
    assert both.document(900_004)["subjectIdentification"] == {"lastName": "Handmade"}
    assert both.document(900_007)["id"] == 900_007
    with_photo = next(entry.number for entry in Synthetic(30).entries() if Synthetic(30).picture(entry.number * 100))
    assert Combined((Folder(tmp_path), Synthetic(30))).picture(with_photo * 100) is not None


def command(*arguments: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name != "FORCE_COLOR"} | {
        "NO_COLOR": "1",
        "COLUMNS": "200",
    }
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env=environment,
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("module", [["local_cloud.namus"], ["local_cloud", "namus"]])
def test_both_commands_serve_until_sigterm(module: list[str], tmp_path: Path) -> None:
    port = free_port()
    options = [
        "--documents",
        str(tmp_path),
        "--synthetic",
        "5",
        "--latency-ms",
        "1",
        "--switches",
        '{"vanished": [900001]}',
    ]
    process = command(*module, *options, "--port", str(port), "--robots", "allow")
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=8), base_url=f"http://127.0.0.1:{port}") as namus:
            assert namus.get("/").status_code == 200
            switches = namus.get("/_stand_in/switches").json()
            assert (switches["robots"], switches["vanished"]) == ("allow", [900001])
            assert switches["faults"][0]["latency_ms"] == 1
            cases = "/api/CaseSets/NamUs/MissingPersons/Cases"
            assert [namus.get(f"{cases}/{number}").status_code for number in (900001, 900004)] == [404, 200]
    finally:
        process.terminate()
        output, _ = process.communicate(timeout=20)
    assert output == f"Serving 5 fictional NamUs cases on http://127.0.0.1:{port}.\n"


def test_a_certificate_makes_it_serve_https(tmp_path: Path) -> None:
    authority, port = Authority(tmp_path), free_port()
    identity = authority.issue("stand-in")
    files = ["--certificate", str(identity.certificate), "--key", str(identity.key)]
    process = command("local_cloud.namus", "--synthetic", "1", "--port", str(port), *files)
    try:
        transport = httpx.HTTPTransport(retries=8, verify=ssl.create_default_context(cafile=authority.ca))
        with httpx.Client(transport=transport, base_url=f"https://127.0.0.1:{port}") as namus:
            assert namus.get("/").status_code == 200
    finally:
        process.terminate()
        output, _ = process.communicate(timeout=20)
    assert output == f"Serving 1 fictional NamUs cases on https://127.0.0.1:{port}.\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "No cases to serve. Give --documents DIR, --synthetic N, or both."),
        (["--synthetic", "1", "--certificate", "c.pem"], "--certificate and --key go together"),
        (["--synthetic", "1", "--shape", "C"], "shape"),
        (["--synthetic", "1", "--switches", "{"], "Input data was truncated"),
        (["--synthetic", "1", "--switches", '{"color": 1}'], "unknown field `color`"),
    ],
)
def test_a_wrong_option_is_one_error_without_traceback(options: list[str], message: str) -> None:
    process = command("local_cloud.namus", *options)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 2
    assert message in output
    assert "Traceback" not in output


def test_a_port_in_use_is_a_one_line_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        process = command("local_cloud.namus", "--synthetic", "1", "--port", str(port))
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert output == f"Cannot listen on 127.0.0.1:{port}: Address already in use. Choose another --port.\n"
