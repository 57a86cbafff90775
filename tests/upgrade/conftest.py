from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from homeward.deployment.outputs import find_deployment
from local_cloud.demo.agency import STAGE, synthesize_agency
from local_cloud.demo.watch import Watch
from local_cloud.lifecycle import running_cloud
from local_cloud.settings import CloudSettings
from tests.end_to_end.deployed_agency import OTHER_PERSON, PERSON, DeployedAgency, write_case
from tests.support.web import web_server
from tests.upgrade import steps
from tests.upgrade.camera import Camera
from tests.upgrade.last_release import LastRelease, check_out

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Upgraded:
    """An agency that the last release deployed and filled, and that the present code was deployed over.

    Attributes:
        folder: Has the certificates and outboxes of the cameras.
        replaced: Type and path of the resources that CloudFormation would replace or delete.
        kept: Physical ids of the resources with data, before the upgrade.
        encounter_id: An encounter of before. Its alert was published, and only the waiting receipts tell.
        published: Ids of the captures that cam-03 published during the deployment.
    """

    agency: DeployedAgency
    release: LastRelease
    folder: Path
    replaced: list[tuple[str, str]]
    kept: dict[str, str]
    encounter_id: str
    published: list[str]

    def camera(self, name: str) -> Camera:
        """Return a camera that the last release added."""
        return Camera(name, self.folder, self.agency.cloud)


@pytest.fixture(scope="session")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    folder = tmp_path_factory.mktemp("upgrade")
    release = check_out(folder / "release")
    (documents := folder / "documents").mkdir()
    write_case(documents, number=900501, name="Marlowe Exampleton", picture=PERSON[0])
    write_case(documents, number=900502, name="Quentin Placeholder", picture=OTHER_PERSON)
    settings = CloudSettings(state=folder / "cloud", documents=documents).with_free_ports()
    with running_cloud(settings) as cloud, web_server() as web:
        addresses = {"namus": settings.endpoints["namus"], "web": web.url}
        before, after = (
            steps.write_agency_file(Path(__file__).with_name(name), folder, **addresses)
            for name in ("before.toml", "after.toml")
        )
        cloud.deploy(steps.synthesize_release(cloud, release, before, folder / "app"), f"{STAGE}/*")
        deployment = find_deployment(STAGE, cloud.client)
        agency = DeployedAgency(cloud, deployment, Watch(deployment), documents, web)
        encounter_id = steps.fill(agency, release, folder)
        kept = steps.stateful_ids(cloud, deployment)
        assembly = synthesize_agency(cloud, after)
        replaced = steps.replaced_on_aws(cloud, assembly)
        # In the order of docs/agency-it/upgrading.md.
        cloud.deploy(assembly, f"{STAGE}/Fleet")
        agency.homeward("camera", "add", "lens-1", "--site", "Library", "--thing", steps.DEEPLENS)
        with steps.publishing(agency, "cam-03") as published:
            cloud.deploy(assembly, f"{STAGE}/*")
        steps.deliver_receipts(cloud, enabled=True)
        upgraded = replace(agency, deployment=find_deployment(STAGE, cloud.client))
        yield Upgraded(upgraded, release, folder, replaced, kept, encounter_id, published)
