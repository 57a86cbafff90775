"""Two agencies, and two environments of one of them, in one account: none can touch another.

The stage of agency `oak-dev` in `dev`, oak-dev-dev, begins with that of agency `oak` in `dev`, oak-dev.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pytest

from edge_device.core.topics import Topics
from edge_device.publishers.iot_core import Endpoint, IotCore
from homeward.deployment.outputs import find_deployment
from homeward.fleet.certificates import new_certificate
from lambdas.common.collection_names import deployed_collection
from lambdas.encounters.encounter import reply_code
from local_cloud.demo.agency import LOCAL_CONTEXT, write_agency_file
from local_cloud.demo.watch import Watch, wait_until
from local_cloud.settings import CloudSettings
from tests.end_to_end.checked_cloud import checked_cloud
from tests.end_to_end.deployed_agency import CASE, PERSON, DeployedAgency, face_message, jpeg, write_case
from tests.end_to_end.leftovers import leftovers
from tests.support.web import web_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local_cloud.cloud import Cloud

OAK_DEV, OAK_PROD, OTHER = "oak-dev", "oak-prod", "oak-dev-dev"
STAGES = (OAK_DEV, OAK_PROD, OTHER)
UNREGISTERED = "CapturesFromUnregisteredThings"


@dataclass(frozen=True)
class Account:
    """One account with three environments. `progress` has the lines of deployments."""

    cloud: Cloud
    progress: list[str]
    folder: Path
    assembly: Path
    environments: dict[str, DeployedAgency]

    def __getitem__(self, stage: str) -> DeployedAgency:
        return self.environments[stage]

    def connect(self, name: str) -> IotCore:
        """Connect with the certificate of this name in the folder."""
        files = (self.folder / f"{name}.crt", self.folder / f"{name}.key", self.cloud.iot_ca)
        connection = IotCore(Endpoint("localhost", *files, self.cloud.settings.mqtt_port), thing=name, ack_timeout_s=5)
        connection.connect()
        assert connection.wait_connected(20), connection.failure
        return connection


def write_file(folder: Path, name: str, environments: str, namus_url: str) -> Path:
    """Write the file of the demo agency under another name, with some environments."""
    file = write_agency_file(folder / f"{name}.toml", namus_url=namus_url)
    text = file.read_text().replace('name = "demo"', f'name = "{name}"', 1)
    [dev] = [part for part in text.split("\n\n") if part.startswith("[environments.dev]")]
    prod = dev.replace(".dev]", ".prod]").replace('"destroy"', '"retain"')
    tables = "\n\n".join({"dev": dev, "prod": prod}[environment] for environment in environments.split())
    file.write_text(text.replace(dev, tables).replace("[alerting]\n", "[alerting]\nsms_replies = true\n", 1))
    return file


def synthesize(cloud: Cloud) -> Path:
    """Synthesize both agencies at once, because the bundles of the functions take most of the time."""
    names = (("oak", "dev prod"), ("oak-dev", "dev"))
    files = [write_file(cloud.settings.state, *name, cloud.settings.endpoints["namus"]) for name in names]
    context = {"agencies": ",".join(map(str, files)), **LOCAL_CONTEXT}
    return cloud.synthesize(f"{sys.executable} -m tests.end_to_end.several_agencies", context=context)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    documents = tmp_path_factory.mktemp("documents")
    write_case(documents, number=900501, name="Marlowe Exampleton", picture=PERSON[0])
    settings = CloudSettings(state=tmp_path_factory.mktemp("cloud"), documents=documents).with_free_ports()
    progress: list[str] = []
    with checked_cloud(settings, "environments", progress=progress.append) as cloud, web_server() as web:
        assembly = synthesize(cloud)
        # One that was left behind, which the deployment adopts, and one of a rebuild.
        for suffix in ("", "-20261123030405"):
            cloud.client("rekognition").create_collection(CollectionId=deployed_collection(OAK_DEV) + suffix)
        cloud.deploy(assembly)
        environments = {}
        for stage in STAGES:
            deployment = find_deployment(stage, cache(cloud.client))
            environments[stage] = DeployedAgency(cloud, deployment, Watch(deployment), documents, web)
            environments[stage].ingest()
        folder = tmp_path_factory.mktemp("cameras")
        for stage in STAGES:
            add = ("camera", "add", "cam-01", "--site", f"Hall of {stage}", "--folder", str(folder / stage))
            environments[stage].homeward(*add)
        yield Account(cloud, progress, folder, assembly, environments)


@pytest.fixture(scope="module")
def alerted(account: Account) -> str:
    """Send a capture in oak-dev, wait for its alert, and return its encounter."""
    account[OAK_DEV].send(jpeg(PERSON[1]), camera="cam-01")
    [text] = wait_until("the alert", lambda: account[OAK_DEV].alerts_at("cam-01"))
    assert f"Hall of {OAK_DEV}" in text
    [encounter] = account[OAK_DEV].encounters_at("cam-01")
    return str(encounter["encounter_id"])


def test_each_environment_has_a_thing_of_its_own_for_the_same_camera(account: Account) -> None:
    things = {thing["thingName"] for thing in account.cloud.client("iot").list_things()["things"]}
    assert {f"{stage}_cam-01" for stage in STAGES} <= things
    for stage in STAGES:
        [row] = json.loads(account[stage].homeward("camera", "list", "--json").stdout)
        assert (row["camera"], row["thing"], row["state"]) == ("cam-01", f"{stage}_cam-01", "active")


def test_deploying_again_changes_nothing(account: Account) -> None:
    account.progress.clear()
    account.cloud.deploy(account.assembly, f"{OTHER}/*")
    done = [line for line in account.progress if line.startswith("✅")]
    assert len(done) >= 6
    assert all(line.endswith("(no changes)") for line in done), done


def test_capture_of_one_environment_makes_nothing_in_the_others(account: Account, alerted: str) -> None:
    for stage in (OAK_PROD, OTHER):
        assert account[stage].encounters_at("cam-01") == []
        assert account[stage].alerts_at("cam-01") == []
        assert account[stage].watch.keys("DetectionBucket") == []
        assert [account[stage].counted(name) for name in ("CapturesStored", UNREGISTERED)] == [0, 0]


def test_commands_of_one_environment_do_not_reach_the_others(account: Account, alerted: str) -> None:
    account[OAK_DEV].homeward("camera", "add", "only-here", "--site", "Dock", "--folder", str(account.folder))
    for stage in (OAK_PROD, OTHER):
        environment = account[stage]
        environment.homeward("camera", "revoke", "only-here", code=3)
        environment.homeward("encounter", "confirm", alerted, "--by", "tester", code=3)
        assert json.loads(environment.homeward("encounter", "list", "--json").stdout) == []
    account[OTHER].homeward("case", "close", CASE)
    assert {stage: account[stage].watch.faces() for stage in STAGES} == {OAK_DEV: 1, OAK_PROD: 1, OTHER: 0}
    for stage, photos in ((OAK_DEV, 1), (OAK_PROD, 1), (OTHER, 0)):
        verified = account[stage].homeward("gallery", "verify", "--json")
        assert json.loads(verified.stdout)["objects"] == photos, stage
    [encounter] = account[OAK_DEV].encounters_at("cam-01")
    assert encounter["alert"] == "sent"
    account[OAK_DEV].homeward("camera", "revoke", "only-here")


def test_queue_commands_reach_only_their_own_environment(account: Account) -> None:
    own = account[OAK_DEV].deployment
    name = "CaptureFailures"
    own.client("sqs").send_message(QueueUrl=own[f"{name}Url"], MessageBody="{}")
    for stage in (OAK_PROD, OTHER):
        counts = json.loads(account[stage].homeward("queue", "list", "--json").stdout)
        assert set(counts.values()) == {0}
        assert "0 captures retried" in account[stage].homeward("queue", "redrive", name).stdout
    assert json.loads(account[OAK_DEV].homeward("queue", "list", "--json").stdout)[name] == 1
    own.client("sqs").purge_queue(QueueUrl=own[f"{name}Url"])


def test_thing_outside_any_fleet_is_dropped_and_counted(account: Account) -> None:
    """The thing's policy allows everything, so only the environment itself can refuse it."""
    iot, environment = account.cloud.client("iot"), account[OAK_PROD]
    allow = {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iot.create_policy(policyName="wide", policyDocument=document)
    iot.create_thing(thingName="intruder")
    files = {"certificate": account.folder / "intruder.crt", "key": account.folder / "intruder.key"}
    new_certificate(iot, ["wide"], thing="intruder", **files)
    forged = {"thing": f"{OAK_PROD}_cam-01", "client_id": f"{OAK_PROD}_cam-01"}
    before = environment.counted(UNREGISTERED)
    intruder = account.connect("intruder")
    for thing in ("intruder", f"{OAK_PROD}_cam-01", f"{OAK_DEV}_cam-01", f"{OAK_PROD}_cam-02"):
        intruder.publish(Topics(thing, OAK_PROD).faces, json.dumps(face_message(jpeg(PERSON[2]), **forged)).encode())
    intruder.close()
    wait_until("the count", lambda: environment.counted(UNREGISTERED) == before + 4)
    assert environment.encounters_at("cam-01") == []
    assert environment.watch.keys("DetectionBucket") == []


def test_members_of_the_payload_change_nothing(account: Account) -> None:
    environment = account[OAK_PROD]
    forged = {"thing": f"{OAK_DEV}_cam-01", "client_id": "intruder", "received_ms": 0, "payload": "e30="}
    capture_id = environment.send(jpeg(PERSON[2]), camera="cam-01", **forged)
    wait_until("the alert", lambda: environment.alerts_at("cam-01"))
    [encounter] = environment.encounters_at("cam-01")
    assert list(encounter["sightings"]) == [capture_id]
    assert len(account[OAK_DEV].encounters_at("cam-01")) <= 1


def test_reply_to_an_alert_acknowledges_its_encounter(account: Account, alerted: str) -> None:
    oak = account[OAK_DEV]

    def reply(text: str) -> None:
        message = json.dumps({"originationNumber": "+15035550142", "messageBody": text})
        oak.cloud.client("sns").publish(TopicArn=oak.deployment["RepliesTopicArn"], Message=message)

    reply(f"OK {reply_code(alerted)}")
    [encounter] = wait_until(
        "the acknowledgment", lambda: [each for each in oak.encounters_at("cam-01") if "acknowledged_at" in each]
    )
    assert encounter["acknowledged_by"] == "desk"
    reply(f"OK {reply_code(alerted)}")
    reply("Who is this?")
    notices = wait_until(
        "the answer", lambda: [item for item in oak.watch.scan("EncountersTable") if item.get("notice") == "answer"]
    )
    assert [notice["about"] for notice in notices] == ["desk"]


def left_of_oak_dev(account: Account) -> dict[str, list[str]]:
    """List the resources of the environment whose removal policy is "destroy". `OTHER` begins with its name."""
    of_it = {
        kind: [name for name in names if OAK_DEV in name.replace(OTHER, "") and not name.endswith(f"{OAK_DEV}-phone")]
        for kind, names in leftovers(account.cloud).items()
    }
    return {kind: names for kind, names in of_it.items() if names}


def test_destroying_one_environment_leaves_the_others_whole(account: Account) -> None:
    account[OAK_DEV].homeward("fleet", "empty")
    deployed = left_of_oak_dev(account)
    assert {"stacks", "buckets", "tables", "collections", "functions"} <= set(deployed)
    for bucket in deployed["buckets"]:
        account.cloud.client("s3").put_object(Bucket=bucket, Key="documents/something", Body=b"x")
    account.cloud.destroy(account.assembly, f"{OAK_DEV}/*")
    assert left_of_oak_dev(account) == {}
    collections = account.cloud.client("rekognition").list_collections()["CollectionIds"]
    assert [name for name in collections if name.startswith("homeward-oak")] == [
        f"homeward-{OTHER}",
        f"homeward-{OAK_PROD}",
    ]
    assert account[OAK_PROD].watch.faces() == 1
    for stage in (OAK_PROD, OTHER):
        [row] = json.loads(account[stage].homeward("camera", "list", "--json").stdout)
        assert (row["thing"], row["state"]) == (f"{stage}_cam-01", "active")
    before = len(account[OAK_PROD].alerts_at("cam-01"))
    account[OAK_PROD].send(jpeg(PERSON[1]), camera="cam-02")
    wait_until("the alert", lambda: account[OAK_PROD].alerts_at("cam-02"))
    assert len(account[OAK_PROD].alerts_at("cam-01")) == before


def test_retained_data_is_exactly_what_the_docs_say(account: Account) -> None:
    """The last test of the file. Its environment has removal_policy = "retain"."""
    account[OAK_PROD].homeward("fleet", "empty")
    account.cloud.destroy(account.assembly, f"{OAK_PROD}/*")
    telephone = f"{OAK_PROD}-phone"  # the queue that receives the text messages of this test
    left = {
        kind: [name for name in names if OAK_PROD in name and not name.endswith(telephone)]
        for kind, names in leftovers(account.cloud).items()
    }
    counts = {kind: len(names) for kind, names in left.items() if names}
    assert counts == {"buckets": 3, "tables": 4, "collections": 1, "keys": 6}, left
    assert account[OAK_PROD].watch.faces() == 1
    s3 = account.cloud.client("s3")
    assert all("aws:SecureTransport" in s3.get_bucket_policy(Bucket=bucket)["Policy"] for bucket in left["buckets"])
    [row] = json.loads(account[OTHER].homeward("camera", "list", "--json").stdout)
    assert (row["thing"], row["state"]) == (f"{OTHER}_cam-01", "active")
