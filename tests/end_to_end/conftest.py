"""The fixtures of the end-to-end tests, and how two pytest workers share the tests.

`agency` is one deployment of demo-dev: the real stacks, the real face engine, and real photos in the NamUs stand-in.
The cases are fictional; the photos are the true pairs that `make test-setup` installs.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from homeward.deployment.outputs import find_deployment
from local_cloud.cloud import Cloud
from local_cloud.demo.agency import STAGE, synthesize_agency, write_agency_file
from local_cloud.demo.watch import Watch
from local_cloud.rekognition.engine.distinct_faces import distinct_faces
from local_cloud.settings import CloudSettings
from tests.end_to_end.checked_cloud import checked_cloud
from tests.end_to_end.deployed_agency import OTHER_PERSON, PERSON, DeployedAgency, jpeg, write_case
from tests.end_to_end.feed_site import serving
from tests.support.web import web_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.end_to_end.feed_site import FeedSite
    from tests.support.web import Web


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group the tests for `--dist loadgroup`: those that use the agency's assembly, and the others by file.

    One worker deploys the agency and runs its tests. Meanwhile the other worker runs tests with clouds of their own.
    """
    for item in items:
        if isinstance(item, pytest.Function) and item.path.is_relative_to(Path(__file__).parent):
            group = "agency" if "assembly" in item.fixturenames else item.path.stem
            if getattr(item.config.option, "loadgroup", False):
                # As a mark of pytest-xdist would. Version 3.8 writes the group to where pytest 9.2 no longer reads it.
                item._id = type(item.id).parse(f"{item.nodeid}@{group}")


@pytest.fixture(scope="session")
def feed_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FeedSite]:
    with serving(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def web() -> Iterator[Web]:
    with web_server() as web:
        yield web


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> CloudSettings:
    documents = tmp_path_factory.mktemp("documents")
    return CloudSettings(state=tmp_path_factory.mktemp("cloud"), documents=documents).with_free_ports()


@pytest.fixture(scope="session")
def assembly(settings: CloudSettings, feed_site: FeedSite, web: Web) -> Path:
    """The demo agency's assembly, also for tests that deploy it to their own clouds."""
    agency_file = write_agency_file(settings.state / "demo.toml", namus_url=settings.endpoints["namus"])
    records = f'\n[[alerting.recipients]]\nname = "records"\nwebhook = "{web.url}"\n'
    # One test sends 50 captures of a camera at once.
    others = "\n[fleet]\ndeeplens = true\n\n[camera_limits]\nsearches_per_minute = 600\n"
    agency_file.write_text(agency_file.read_text() + feed_site.table + records + others)
    return synthesize_agency(Cloud(settings), agency_file)


@pytest.fixture(scope="session")
def agency(settings: CloudSettings, assembly: Path, web: Web) -> Iterator[DeployedAgency]:
    documents = settings.documents_folder
    write_case(documents, number=900501, name="Marlowe Exampleton", picture=PERSON[0])
    write_case(documents, number=900502, name="Łukasz [/nosuch]\u202e", picture=OTHER_PERSON)
    with checked_cloud(settings, "agency") as cloud:
        cloud.deploy(assembly, f"{STAGE}/*")
        deployment = find_deployment(STAGE, cache(cloud.client))
        agency = DeployedAgency(cloud, deployment, Watch(deployment), documents, web)
        agency.ingest()
        yield agency


@pytest.fixture(scope="session")
def stranger() -> bytes:
    """A picture of a person who is in no case."""
    return jpeg(distinct_faces()[0])
