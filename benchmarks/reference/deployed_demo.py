"""The demo's agency for a benchmark: deployed to a new local cloud, with its gallery."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_cloud.demo.agency import deploy_agency, write_agency_file
from local_cloud.demo.sync import sync
from local_cloud.demo.watch import Contents, wait_until
from local_cloud.demo_cases import DemoCases, write_demo_documents
from local_cloud.lifecycle import running_cloud
from local_cloud.rekognition.engine.distinct_faces import distinct_faces
from local_cloud.settings import CloudSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from homeward.deployment.outputs import Deployment
    from local_cloud.cloud import Cloud


@dataclass(frozen=True)
class DeployedDemo:
    """The cloud, the deployment in it, and the cases of its gallery."""

    cloud: Cloud
    deployment: Deployment
    cases: DemoCases


@contextmanager
def deployed_demo(folder: Path) -> Iterator[DeployedDemo]:
    """Deploy the demo's agency and wait for its gallery."""
    cases = write_demo_documents(folder / "documents", distinct_faces())
    settings = CloudSettings(state=folder / "cloud", documents=folder / "documents").with_free_ports()
    with running_cloud(settings) as cloud:
        agency = write_agency_file(folder / "demo.toml", namus_url=settings.endpoints["namus"])
        # The alerts of a benchmark must not exceed the daily limit of text messages.
        agency.write_text(agency.read_text().replace("[alerting]\n", "[alerting]\nsms_per_day = 5000\n"))
        deployment = deploy_agency(cloud, agency)
        sync(deployment, "namus")
        contents = Contents(deployment)
        wait_until("the gallery", lambda: not contents.gallery()["pending"], timeout_s=90)
        yield DeployedDemo(cloud, deployment, cases)
