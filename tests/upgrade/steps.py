"""The steps of an upgrade: deploy and fill the last release, then deploy the present code over it."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from string import Template
from typing import TYPE_CHECKING

from lambdas.common.dynamodb import to_attributes
from local_cloud.cdk import run_cdk
from local_cloud.cloud import silent
from local_cloud.demo.agency import STAGE
from local_cloud.demo.watch import wait_until
from local_cloud.processes.services import log_file
from tests.end_to_end.deployed_agency import PERSON, face_message, jpeg
from tests.infrastructure.templates import STATEFUL_TYPES
from tests.upgrade.camera import Camera

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from homeward.deployment.outputs import Deployment
    from local_cloud.cloud import Cloud
    from tests.end_to_end.deployed_agency import DeployedAgency
    from tests.upgrade.last_release import LastRelease

# The API is in the links of alerts that people still have.
STATEFUL = STATEFUL_TYPES | {"AWS::ApiGatewayV2::Api", "AWS::IoT::ThingGroup", "AWS::IoT::ProvisioningTemplate"}
DEEPLENS = "deeplens_4f1c"
_REPLACED = re.compile(r"^\[[-~]\] (\w+::\S+) (\S+) \S+ (?:replace|may be replaced|destroy|orphan)", re.MULTILINE)


def write_agency_file(template: Path, folder: Path, **addresses: str) -> Path:
    """Write an agency file with the addresses of this cloud."""
    file = folder / template.name
    file.write_text(Template(template.read_text()).substitute(addresses))
    return file


def synthesize_release(cloud: Cloud, release: LastRelease, agency_file: Path, folder: Path) -> Path:
    """Synthesize with the release's code and feature flags."""
    context = {"agency": str(agency_file), "bundle-platform": "host"}
    app = f"{release.python} {release.folder / 'app.py'}"
    return cloud.synthesize(app, folder=release.app_folder(folder), context=context)


def fill(agency: DeployedAgency, release: LastRelease, folder: Path) -> str:
    """Sync the gallery, add cameras, and return the encounter that the first camera's capture opens.

    The encounter is left as a function leaves it that dies after it published the alert: only the receipts tell. They
    wait in their queue, as other messages do in the minutes of a deployment.
    """
    agency.ingest()
    agency.cloud.client("iot").create_thing(thingName=DEEPLENS)
    for name in ("cam-01", "cam-02", "cam-03"):
        options = ["--site", f"Site of {name}", "--folder", str(folder), "--agency", STAGE]
        added = release.run("homeward", "camera", "add", name, *options, environment=agency.cloud.environment)
        assert added.returncode == 0, added.stderr
    deliver_receipts(agency.cloud, enabled=False)
    sent = Camera("cam-01", folder, agency.cloud).send_as_before(release, PERSON[1])
    assert sent.returncode == 0, sent.stderr
    [encounter] = wait_until("the alert", lambda: [e for e in agency.encounters_at("cam-01") if e["alert"] == "sent"])
    waiting = Camera("cam-02", folder, agency.cloud).send_as_before(release, PERSON[2], is_reachable=False)
    assert "were not acknowledged" in waiting.stderr or waiting.returncode == 3, waiting.stderr
    agency.cloud.client("dynamodb").update_item(
        TableName=agency.deployment["EncountersTable"],
        Key=to_attributes({"encounter_id": encounter["encounter_id"]}),
        UpdateExpression="SET alert = :sending, alert_due_at = :later REMOVE alerted_at",
        ExpressionAttributeValues=to_attributes({":sending": "sending", ":later": "2099-01-01T00:00:00.000Z"}),
    )
    return str(encounter["encounter_id"])


def deliver_receipts(cloud: Cloud, *, enabled: bool) -> None:
    """Turn the invocation of the receipt function on or off."""
    functions = cloud.client("lambda")
    [function] = [
        each["PhysicalResourceId"]
        for each in cloud.client("cloudformation").list_stack_resources(StackName=f"{STAGE}-Alerting")[
            "StackResourceSummaries"
        ]
        if each["ResourceType"] == "AWS::Lambda::Function" and each["LogicalResourceId"].startswith("Receipt")
    ]
    [mapping] = functions.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=enabled)


def stateful_ids(cloud: Cloud, deployment: Deployment) -> dict[str, str]:
    """Return the physical id of each resource that has data, or that others hold, by stack and logical id."""
    cloudformation = cloud.client("cloudformation")
    return {
        f"{stack}/{each['LogicalResourceId']}": each["PhysicalResourceId"]
        for stack in deployment.stacks
        for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
        for each in page["StackResourceSummaries"]
        if each["ResourceType"] in STATEFUL
    }


def replaced_on_aws(cloud: Cloud, assembly: Path) -> list[tuple[str, str]]:
    """Return type and path of the resources that CloudFormation would replace or delete, as `cdk diff` says."""
    log = log_file(cloud.settings, "cdk")
    start = len(log.read_text())
    app = ["--app", str(assembly), "--method", "template"]
    run_cdk(cloud.settings, "diff", "**", *app, folder=cloud.settings.state, progress=silent)
    difference = log.read_text()[start:]
    assert f"{STAGE}/Alerting" in difference
    return _REPLACED.findall(difference)


@contextmanager
def publishing(agency: DeployedAgency, camera: str) -> Iterator[list[str]]:
    """Publish captures on a camera's topic of before, all the time. Yields the growing list of their ids.

    Each has other bytes, because a camera's repeated picture is dropped, and they stay within a camera's limit
    (docs/decisions/0037-floods.md).
    """
    published: list[str] = []
    ended = threading.Event()

    def publish() -> None:
        while not ended.wait(1.1):
            message = face_message(jpeg(PERSON[1], quality=50 + len(published) % 50), camera=camera)
            agency.publish(f"homeward/v1/{camera}/faces", message)
            published.append(message["capture_id"])

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield published
    finally:
        ended.set()
        thread.join()
