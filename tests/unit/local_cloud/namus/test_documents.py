"""The stand-in's documents have the members, types, and formats of real documents of their shape, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Generic, Literal, TypeVar

import httpx
import msgspec
import pytest
from msgspec import UNSET, Meta, UnsetType

from local_cloud.demo_cases import write_demo_documents
from local_cloud.namus.folder import Folder
from local_cloud.namus.population import Combined
from local_cloud.namus.server import running
from local_cloud.namus.synthetic import Synthetic
from local_cloud.rekognition.engine.distinct_faces import distinct_faces

if TYPE_CHECKING:
    from collections.abc import Iterator

SET = "/api/CaseSets/NamUs/MissingPersons"
Time = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?\Z")]
Date = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d\Z")]
Path = Annotated[
    str, Meta(pattern=rf"^{SET}/Cases/9\d{{5}}/Images/(\d+/(Original|Thumbnail|Download)|Default/(Thumbnail|Poster))\Z")
]
FictionalPhone = Annotated[str, Meta(pattern=r"^\d{3}55501\d\d\Z")]
Years = Annotated[int, Meta(ge=0, le=120)] | UnsetType


class Part(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A missing member is UNSET and a null is an error: real documents leave unknown members out."""


class Lookup(Part, kw_only=True):
    id: int | UnsetType = UNSET
    name: str
    localized_name: str | UnsetType = UNSET
    display_name: str | UnsetType = UNSET


class Subject(Part, kw_only=True):
    first_name: str
    last_name: str
    nicknames: str | UnsetType = UNSET
    current_min_age: Years = UNSET
    current_max_age: Years = UNSET
    computed_missing_min_age: Years = UNSET
    computed_missing_max_age: Years = UNSET


class DescriptionA(Part, kw_only=True):
    height_from: float
    weight_from: float
    weight_to: float | UnsetType = UNSET
    ethnicities: list[Lookup]
    sex: Lookup
    tribe_associations: list[msgspec.Raw]


class DescriptionB(DescriptionA, kw_only=True):
    primary_ethnicity: Lookup | UnsetType = UNSET


class CaseIdentification(Part, kw_only=True):
    ncmec_number: str | UnsetType = UNSET


class Circumstances(Part, kw_only=True):
    circumstances_of_disappearance: str


class Looks(Part, kw_only=True):
    hair_color: Lookup
    left_eye_color: Lookup
    right_eye_color: Lookup


class PublicGeolocation(Part, kw_only=True):
    formatted_address: str


class SightingA(Part, kw_only=True):
    date: Date
    city: str
    state: str
    state_display_name: str
    county: str | UnsetType = UNSET
    county_display_name: str | UnsetType = UNSET
    public_geolocation: PublicGeolocation | UnsetType = UNSET


class Address(Part, kw_only=True):
    city: str
    state: Lookup
    county: Lookup | UnsetType = UNSET


class SightingB(Part, kw_only=True):
    date: Date
    address: Address
    public_geolocation: PublicGeolocation | UnsetType = UNSET


class Contact(Part, kw_only=True):
    first_name: str
    last_name: str
    job_title: str


class AgencyBody(Part, kw_only=True):
    name: str
    city: str | UnsetType = UNSET
    phone: FictionalPhone


class AgencyDetails(Part, kw_only=True):
    contact: Contact | UnsetType = UNSET
    agency: AgencyBody


class AgencyA(Part, kw_only=True):
    name: str
    city: str | UnsetType = UNSET
    case_number: str
    date_reported: Date | UnsetType = UNSET
    properties: AgencyDetails


class AgencyB(Part, kw_only=True):
    name: str
    city: str | UnsetType = UNSET
    case_number: str
    date_reported: Date | UnsetType = UNSET
    is_case_owner: bool | UnsetType = UNSET
    selection: AgencyDetails


class AgencyName(Part, kw_only=True):
    name: str


class FileA(Part, kw_only=True):
    mime_type: Literal["image/jpg"]
    height: int
    width: int
    href: Path


class FileB(FileA, kw_only=True):
    storage_key: Annotated[str, Meta(pattern=r"^00000000-0000-4000-8000-\d{12}\Z")]


File = TypeVar("File")
Category = TypeVar("Category")
Description = TypeVar("Description")
Sighting = TypeVar("Sighting")
Agency = TypeVar("Agency")
Image = TypeVar("Image")


class Files(Part, Generic[File], kw_only=True):
    original: File
    thumbnail: File


class NamelessCategory(Part, kw_only=True):
    can_be_default: bool | UnsetType = UNSET
    can_be_public: bool | UnsetType = UNSET
    id: int
    localized_name: str
    ordinal: int | UnsetType = UNSET


class CategoryA(NamelessCategory, kw_only=True):
    name: Literal["FacialCaseId", "AgeProgression"]


class CategoryB(NamelessCategory, kw_only=True):
    name: Literal["ActualPhoto", "AgeProgression"]


class Picture(Part, Generic[Category, File], kw_only=True):
    id: int
    identity_id: int
    category: Category
    caption: str | UnsetType = UNSET
    is_public: bool
    created_date_time: Time
    files: Files[File]
    href_download: Path


class DefaultImage(Part, kw_only=True):
    default_image_identity_id: int


class Document(Part, Generic[Description, Sighting, Agency, Image], kw_only=True):
    id: int
    id_formatted: Annotated[str, Meta(pattern=r"^MP9\d{5}\Z")]
    publication_status: Lookup
    created_date_time: Time
    modified_date_time: Time
    subject_identification: Subject
    subject_description: Description
    case_identification: CaseIdentification | UnsetType = UNSET
    case_is_resolved: bool
    circumstances: Circumstances
    physical_description: Looks | UnsetType = UNSET
    sighting: Sighting
    investigating_agencies: list[Agency]
    images: list[Image]
    default_image: DefaultImage | UnsetType = UNSET
    documents: list[msgspec.Raw]
    view_permission: Literal["public"]
    href_default_image_thumbnail: Path
    href_default_image_poster: Path | UnsetType = UNSET


class DocumentA(Document[DescriptionA, SightingA, AgencyA, Picture[CategoryA, FileA]], kw_only=True):
    """Of 2018-19."""


class DocumentB(Document[DescriptionB, SightingB, AgencyB, Picture[CategoryB, FileB]], kw_only=True):
    """Of 2020 and later."""

    primary_investigating_agency: AgencyName


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("documents")
    write_demo_documents(folder, distinct_faces())
    with running(Combined((Folder(folder), Synthetic(60)))) as url:
        yield url


@pytest.fixture
def namus(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, trust_env=False) as client:
        client.put("/_stand_in/switches", json={}).raise_for_status()
        yield client


def served(namus: httpx.Client) -> list[bytes]:
    rows = namus.post(f"{SET}/Search", json={"projections": ["namus2Number"]}).json()["results"]
    return [namus.get(f"{SET}/Cases/{row['namus2Number']}").content for row in rows]


@pytest.mark.parametrize(("shape", "expected"), [("A", DocumentA), ("B", DocumentB)])
def test_documents_of_a_shape_look_like_real_ones(
    namus: httpx.Client, shape: str, expected: type[DocumentA | DocumentB]
) -> None:
    namus.put("/_stand_in/switches", json={"shape": shape}).raise_for_status()
    documents = [msgspec.json.decode(content, type=expected) for content in served(namus)]
    assert len(documents) == 17 + 60
    for document in documents:
        assert document.id_formatted == f"MP{document.id}"
        links = [link for image in document.images for link in (image.files.original.href, image.href_download)]
        assert all(f"/Cases/{document.id}/Images/" in link for link in links)
        first = document.images[0].identity_id if document.images else UNSET
        default = document.default_image.default_image_identity_id if document.default_image else UNSET
        assert default == first


def test_unconverted_documents_have_one_of_the_two_shapes(namus: httpx.Client) -> None:
    """Both shapes occur, and no document mixes them."""
    counts = {DocumentA: 0, DocumentB: 0}
    for content in served(namus):
        shape = DocumentB if b'"address"' in content else DocumentA
        msgspec.json.decode(content, type=shape)
        counts[shape] += 1
    assert all(count > 3 for count in counts.values())
