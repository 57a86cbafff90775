"""The NamUs stand-in over HTTP: the rules of the real API, with a folder of documents."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from PIL import Image

from local_cloud.namus.folder import Folder
from local_cloud.namus.server import running
from local_cloud.namus.synthetic import Synthetic

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SET = "/api/CaseSets/NamUs/MissingPersons"


def write(folder: Path, number: int, **members: Any) -> None:
    """Write a document to the folder, atomically."""
    document = {"id": number, "idFormatted": f"MP{number}", "images": [], **members}
    (folder / "new").write_text(json.dumps(document))
    (folder / "new").rename(folder / f"MP{number}.json")


def seen_in(state: str, date: str = "2021-02-27") -> dict[str, Any]:
    return {"sighting": {"date": date, "address": {"city": "Nowhere Falls", "state": {"name": state}}}}


def image(identity: int, **members: Any) -> dict[str, Any]:
    file = {"mimeType": "image/jpg", "href": f"{SET}/Cases/900101/Images/{identity}/Original"}
    entry = {"id": 1, "identityId": identity, "isPublic": True, "category": {"id": 24, "name": "ActualPhoto"}}
    return entry | {"files": {"original": file, "thumbnail": file}} | members


def paint(folder: Path, name: str, size: tuple[int, int] = (400, 300)) -> bytes:
    path = folder / "images" / name
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", size, "teal").save(path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, httpx.Client]]:
    """One server for all tests. It reads its folder at each request."""
    folder = tmp_path_factory.mktemp("documents")
    with running(Folder(folder)) as url, httpx.Client(base_url=url, trust_env=False) as client:
        yield folder, client


@pytest.fixture
def folder(served: tuple[Path, httpx.Client]) -> Path:
    for file in served[0].rglob("*.*"):
        file.unlink()
    return served[0]


@pytest.fixture
def namus(served: tuple[Path, httpx.Client], folder: Path) -> httpx.Client:
    return served[1]


def search(namus: httpx.Client, *projections: str, state: str | None = None, **body: Any) -> Any:
    if state:
        body["predicates"] = [{"field": "stateOfLastContact", "operator": "IsIn", "values": [state]}]
    answer = namus.post(f"{SET}/Search", json={"projections": projections, **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


def numbers(answer: Any) -> list[int]:
    return [row["namus2Number"] for row in answer["results"]]


def test_states_have_names_and_postal_codes(namus: httpx.Client) -> None:
    states = {state["name"]: state["displayName"] for state in namus.get("/api/CaseSets/NamUs/States").json()}
    assert len(states) == 55
    assert states["Oregon"] == "OR"
    assert states["District of Columbia"] == "DC"


def test_search_finds_the_open_cases_of_a_state(namus: httpx.Client, folder: Path) -> None:
    write(folder, 900101, **seen_in("Oregon"))
    write(folder, 900102, **seen_in("Texas"))
    write(folder, 900103, sighting={"date": "1999-08-04", "state": "Oregon", "city": "Sampleton"})
    write(folder, 900104, caseIsResolved=True, **seen_in("Oregon"))
    write(folder, 900105, publicationStatus={"name": "Draft"}, **seen_in("Oregon"))
    found = search(namus, "namus2Number", "cityOfLastContact", state="Oregon")
    assert found["count"] == 2
    assert numbers(found) == [900101, 900103]
    assert [row["cityOfLastContact"] for row in found["results"]] == ["Nowhere Falls", "Sampleton"]
    assert search(namus, "namus2Number")["count"] == 3


def test_a_case_of_several_states_is_listed_in_each(namus: httpx.Client, folder: Path) -> None:
    write(folder, 900101, _stand_in={"alsoListedIn": ["Texas"]}, **seen_in("Oregon"))
    assert numbers(search(namus, "namus2Number", state="Texas")) == [900101]
    assert numbers(search(namus, "namus2Number", state="Oregon")) == [900101]
    assert search(namus)["count"] == 1
    assert "_stand_in" not in namus.get(f"{SET}/Cases/900101").json()


def test_search_returns_nulls_times_and_unrequested_links(namus: httpx.Client, folder: Path) -> None:
    write(folder, 900101, modifiedDateTime="2024-11-05T09:41:07.94", **seen_in("Oregon"))
    asked = (
        "firstName",
        "dateOfLastContact",
        "modifiedDateTime",
        "stateDisplayNameOfLastContact",
        "images",
        "ethnicities",
    )
    assert search(namus, *asked)["results"] == [
        {
            "firstName": None,
            "dateOfLastContact": "2021-02-27T00:00:00",
            "modifiedDateTime": "2024-11-05T09:41:07.94",
            "stateDisplayNameOfLastContact": "OR",
            "images": [],
            "ethnicities": [],
            "link": "/MissingPersons/Case#/900101",
            "image": f"{SET}/Cases/900101/Images/Default/Thumbnail",
        }
    ]


def test_search_returns_pictures_without_links(namus: httpx.Client, folder: Path) -> None:
    write(folder, 900101, images=[image(910101)])
    expected = {"identityId": 910101, "isPublic": True, "category": {"name": "ActualPhoto"}}
    assert search(namus, "images")["results"][0]["images"] == [expected]


@pytest.mark.parametrize("body", [{}, {"projections": []}, {"projections": None}])
def test_search_without_projections_returns_only_a_count(
    namus: httpx.Client, folder: Path, body: dict[str, Any]
) -> None:
    write(folder, 900101)
    assert namus.post(f"{SET}/Search", json=body).json() == {"count": 1, "results": []}


def test_one_error_names_all_unknown_fields(namus: httpx.Client) -> None:
    body = {
        "projections": ["nope", "namus2Number", "nor this"],
        "predicates": [{"field": "stateOfLastContct", "operator": "IsIn", "values": ["Oregon"]}],
        "orderSpecifications": [{"field": "age", "direction": "Ascending"}],
    }
    refused = namus.post(f"{SET}/Search", json=body)
    assert refused.status_code == 400
    assert refused.text.split("\n") == [
        f'Invalid field name "{name}"' for name in ("nope", "nor this", "stateOfLastContct", "age")
    ]


@pytest.mark.parametrize("operator", ["IsEqualTo", "Contains", "GreaterThan", "IsOnOrAfter", "Between", None])
def test_operators_other_than_is_in_fail(namus: httpx.Client, operator: str | None) -> None:
    predicate = {"field": "modifiedDateTime", "operator": operator, "values": ["2024-01-01"]}
    body = {"projections": ["namus2Number"], "predicates": [predicate]}
    assert namus.post(f"{SET}/Search", json=body).status_code == 500


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"take": -1, "projections": ["gender"]}', '{"skip": "1", "projections": ["gender"]}']
)
def test_a_malformed_search_is_refused(namus: httpx.Client, content: str) -> None:
    assert namus.post(f"{SET}/Search", content=content).status_code == 400


def test_search_pages_and_orders(namus: httpx.Client, folder: Path) -> None:
    for number, date in ((900101, "2001-01-01"), (900102, "2003-01-01"), (900103, "2002-01-01")):
        write(folder, number, **seen_in("Oregon", date))
    write(folder, 900104, sighting={})
    newest_first = [{"field": "dateOfLastContact", "direction": "Descending"}]
    ordered = [900102, 900103, 900101, 900104]
    assert numbers(search(namus, "namus2Number", orderSpecifications=newest_first)) == ordered
    page = search(namus, "namus2Number", orderSpecifications=newest_first, skip=1, take=2)
    assert (page["count"], numbers(page)) == (4, ordered[1:3])
    assert numbers(search(namus, "namus2Number", skip=4)) == []
    oldest_first = [{"field": "dateOfLastContact", "direction": "Ascending"}]
    assert numbers(search(namus, "namus2Number", orderSpecifications=oldest_first)) == ordered[::-1]


def test_search_returns_at_most_10_000_rows(folder: Path) -> None:
    with running(Synthetic(10_050)) as url, httpx.Client(base_url=url, trust_env=False, timeout=60) as namus:
        whole = search(namus, "namus2Number", take=50_000)
        assert (whole["count"], len(whole["results"])) == (10_050, 10_000)
        last = search(namus, "namus2Number", skip=9_990, take=100)
        assert (last["count"], len(last["results"])) == (10_050, 10)
        assert search(namus, "namus2Number", skip=10_000)["results"] == []


def test_predicates_work_on_any_field(namus: httpx.Client, folder: Path) -> None:
    write(folder, 900101, subjectDescription={"sex": {"name": "Female"}})
    write(folder, 900102, subjectDescription={"sex": {"name": "Male"}})
    predicate = {"field": "gender", "operator": "IsIn", "values": ["Female", "Unsure"]}
    assert numbers(search(namus, "namus2Number", predicates=[predicate])) == [900101]


def test_a_case_is_served_without_nulls(namus: httpx.Client, folder: Path) -> None:
    write(
        folder,
        900101,
        caseIsResolved=True,
        notes=[{"description": None}],
        vehicles=None,
        sighting={"date": "1999-08-04"},
    )
    answer = namus.get(f"{SET}/Cases/900101?forReport=false")
    assert answer.json() == {
        "id": 900101,
        "idFormatted": "MP900101",
        "images": [],
        "caseIsResolved": True,
        "notes": [{}],
        "sighting": {"date": "1999-08-04"},
    }
    assert namus.get("/API/casesets/namus/missingPERSONS/cases/900101").json() == answer.json()


@pytest.mark.parametrize(
    "path", ["/Cases/900999", "/Cases/x", "/Cases/900105", "/Nothing", "/Cases/900101/Images/QRCode"]
)
def test_missing_cases_and_paths_are_404(namus: httpx.Client, folder: Path, path: str) -> None:
    write(folder, 900101)
    write(folder, 900105, publicationStatus={"name": "Draft"})
    assert namus.get(f"{SET}{path}").status_code == 404


def test_malformed_documents_are_served_unchanged(namus: httpx.Client, folder: Path) -> None:
    """Clients are tested with worse documents than the real API sends."""
    (folder / "900201.json").write_text('{"id": 900201, "images"')
    (folder / "MP900202.json").write_text("null")
    (folder / "900203.json").write_text('{"sighting": [], "images": {"a": 1}, "subjectIdentification": 7}')
    (folder / "no number.json").write_text("{}")
    assert namus.get(f"{SET}/Cases/900201").text == '{"id": 900201, "images"'
    assert namus.get(f"{SET}/Cases/900203").json()["subjectIdentification"] == 7
    listed = search(namus, "namus2Number", "firstName", "images", "dateOfLastContact", "stateOfLastContact")
    assert numbers(listed) == [900201, 900202, 900203]
    assert namus.get(f"{SET}/Cases/900202").text == "null"


@pytest.mark.parametrize("depth", [90, 150, 700, 200_000])
def test_a_deeply_nested_document_is_served_unchanged(namus: httpx.Client, folder: Path, depth: int) -> None:
    write(folder, 900101)
    content = f'{{"id":900301,"notes":{"[" * depth}{"]" * depth}}}'
    (folder / "MP900301.json").write_text(content)
    assert namus.get(f"{SET}/Cases/900301").text == content
    assert numbers(search(namus, "namus2Number")) == [900101, 900301]


def test_a_deeply_nested_document_is_listed_in_its_state(namus: httpx.Client, folder: Path) -> None:
    nested: list[Any] = []
    for _ in range(300):
        nested = [nested]
    write(folder, 900301, notes=nested, **seen_in("Oregon"))
    assert numbers(search(namus, "namus2Number", state="Oregon")) == [900301]


def test_without_a_numeric_id_the_file_name_has_the_number(namus: httpx.Client, folder: Path) -> None:
    for number, stated in ((900301, "true"), (900302, "null"), (900303, "[]")):
        (folder / f"MP{number}.json").write_text(f'{{"id": {stated}}}')
    assert numbers(search(namus, "namus2Number")) == [900301, 900302, 900303]


def test_pictures_are_served_in_full_and_as_thumbnails(namus: httpx.Client, folder: Path) -> None:
    write(folder, 900101, images=[image(910101)], defaultImage={"defaultImageIdentityId": 910101})
    original = paint(folder, "910101.jpg")
    images = f"{SET}/Cases/900101/Images"
    for name in ("Original", "original", "Download"):
        answer = namus.get(f"{images}/910101/{name}")
        assert answer.content == original
        assert answer.headers["content-type"] == "image/jpg"
    for name in ("910101/Thumbnail", "Default/Thumbnail"):
        with Image.open(io.BytesIO(namus.get(f"{images}/{name}").content)) as small:
            assert small.size == (120, 90)
    assert namus.get(f"{images}/Default/Poster").content == original


@pytest.mark.parametrize("stated", ["image/jpg\r\nx: y", "imäge/jpg", 7, None])
def test_a_picture_with_an_invalid_mime_type_is_served(
    namus: httpx.Client, folder: Path, stated: str | int | None
) -> None:
    write(folder, 900101, images=[image(910101, files={"original": {"mimeType": stated}})])
    original = paint(folder, "910101.jpg")
    answer = namus.get(f"{SET}/Cases/900101/Images/910101/Original")
    assert (answer.content, answer.headers["content-type"]) == (original, "image/jpg")


def test_a_case_without_pictures_has_a_placeholder(namus: httpx.Client, folder: Path) -> None:
    write(folder, 900101)
    answer = namus.get(f"{SET}/Cases/900101/Images/Default/Thumbnail")
    with Image.open(io.BytesIO(answer.content)) as placeholder:
        assert (placeholder.format, placeholder.size) == ("PNG", (120, 120))
    assert answer.headers["content-type"] == "image/png"
    assert namus.get(f"{SET}/Cases/900102/Images/Default/Thumbnail").status_code == 404


def test_only_public_pictures_of_the_case_are_served(namus: httpx.Client, folder: Path) -> None:
    write(folder, 900101, images=[image(910101), image(910102, isPublic=False), image(910103)])
    write(folder, 900102)
    paint(folder, "910101.png")
    paint(folder, "910102.png")
    status = {
        (case, identity): namus.get(f"{SET}/Cases/{case}/Images/{identity}/Original").status_code
        for case in (900101, 900102)
        for identity in (910101, 910102, 910103)
    }
    assert [found for found, code in status.items() if code == 200] == [(900101, 910101)]


def test_added_changed_and_deleted_files_are_noticed(namus: httpx.Client, folder: Path) -> None:
    def modified() -> list[Any]:
        return [
            (row["namus2Number"], row["modifiedDateTime"])
            for row in search(namus, "namus2Number", "modifiedDateTime")["results"]
        ]

    assert modified() == []
    write(folder, 900101, modifiedDateTime="2024-01-01T00:00:00")
    assert modified() == [(900101, "2024-01-01T00:00:00")]
    write(folder, 900101, modifiedDateTime="2024-01-02T00:00:00")  # the same number of bytes
    assert modified() == [(900101, "2024-01-02T00:00:00")]
    write(folder, 900101, modifiedDateTime="2024-01-02T00:00:00", caseIsResolved=True)
    assert modified() == []
    assert namus.get(f"{SET}/Cases/900101").json()["caseIsResolved"] is True
    (folder / "MP900101.json").unlink()
    assert namus.get(f"{SET}/Cases/900101").status_code == 404


def test_a_changed_picture_is_noticed(namus: httpx.Client, folder: Path) -> None:
    write(folder, 900101, images=[image(910101)])
    first = paint(folder, "910101.jpg")
    assert namus.get(f"{SET}/Cases/900101/Images/910101/Original").content == first
    second = paint(folder, "910101.jpg", (300, 300))
    assert namus.get(f"{SET}/Cases/900101/Images/910101/Original").content == second != first


def test_a_missing_folder_counts_as_empty(tmp_path: Path) -> None:
    with running(Folder(tmp_path / "later")) as url, httpx.Client(base_url=url, trust_env=False) as namus:
        assert search(namus)["count"] == 0
        (tmp_path / "later").mkdir()
        write(tmp_path / "later", 900101)
        assert search(namus)["count"] == 1
