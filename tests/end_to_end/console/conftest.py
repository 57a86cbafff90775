"""The console of the deployed agency. Its browser and its people are shared by all tests of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from local_cloud.rekognition.engine.distinct_faces import distinct_faces
from tests.end_to_end.console.console_site import ConsoleSite
from tests.end_to_end.deployed_agency import write_case
from tests.support.chromium import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.end_to_end.deployed_agency import DeployedAgency


@dataclass(frozen=True)
class OwnCases:
    """A case with one portrait, and one with a photo of two people.

    Attributes:
        person: The picture of the first case.
        group_case: The second case, whose photo nobody can use before somebody chooses a face.
        right: The person on the right of its photo.
    """

    person: Path
    group_case: str
    right: Path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def console_site(agency: DeployedAgency, browser: Browser) -> ConsoleSite:
    return ConsoleSite(agency, browser)


@pytest.fixture(scope="session")
def own_cases(agency: DeployedAgency, tmp_path_factory: pytest.TempPathFactory) -> OwnCases:
    """Cases whose encounters these tests dismiss, and that they close."""
    left, right, single = distinct_faces()[1:4]
    group = tmp_path_factory.mktemp("group") / "group.jpg"
    image = Image.new("RGB", (720, 300), "gray")
    for at, (path, side) in enumerate(((left, 300), (right, 290))):  # so that neither is clearly the subject
        image.paste(Image.open(path).resize((side, side), Image.Resampling.BICUBIC), (360 * at, 0))
    image.save(group)
    write_case(agency.documents, number=900504, name="Ottoline Testworth", picture=single)
    write_case(agency.documents, number=900505, name="Ignatius Groupley", picture=group)
    agency.ingest()
    return OwnCases(person=single, group_case="namus:MP900505", right=right)


@pytest.fixture
def console(console_site: ConsoleSite) -> Iterator[ConsoleSite]:
    """The console. Afterwards: no page asked another host, or did what the content security policy forbids."""
    yield console_site
    console_site.close()
    assert (console_site.foreign, console_site.complaints) == ([], [])
