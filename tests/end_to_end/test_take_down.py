"""An environment that was used is taken down without leftovers, as the docs say, also after failures."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from homeward.cli import app
from homeward.deployment.outputs import Deployment, find_deployment
from lambdas.common.collection_names import rebuilt_collection
from lambdas.common.times import now
from lambdas.custom_resources.response import NOT_CREATED
from lambdas.ingest.gallery.rebuild import Rebuild
from lambdas.ingest.gallery.wiring import open_photos
from local_cloud.demo.agency import STAGE
from local_cloud.demo.watch import wait_until
from local_cloud.emulator.faults import Fault
from local_cloud.errors import CloudError
from local_cloud.lifecycle import running_cloud
from local_cloud.settings import CloudSettings
from tests.end_to_end.leftovers import leftovers
from tests.support.cloudformation import cloudformation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local_cloud.cloud import Cloud

REFUSED = Fault("s3", "POST", times=99, status=403, code="AccessDenied")  # DeleteObjects
SPARE = "homeward-spare-dev"


@dataclass(frozen=True)
class Deployed:
    """The demo agency on a cloud of its own."""

    cloud: Cloud
    assembly: Path
    deployment: Deployment

    def destroy(self) -> None:
        """Run `cdk destroy`."""
        self.cloud.destroy(self.assembly, f"{STAGE}/*")

    def homeward(self, *arguments: str) -> str:
        """Run a command of the operator."""
        done = CliRunner().invoke(app, [*arguments, "--agency", STAGE], env=self.cloud.environment)
        assert done.exit_code == 0, done.output
        return str(done.output)

    def resources(self, stack: str, kind: str) -> dict[str, str]:
        """Return the physical ids of a stack's resources of one kind."""
        described = self.cloud.client("cloudformation").describe_stack_resources(StackName=f"{STAGE}-{stack}")
        resources = described["StackResources"]
        return {
            each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources if each["ResourceType"] == kind
        }

    def buckets(self) -> list[str]:
        return [
            bucket for stack in ("Ingest", "Detection") for bucket in self.resources(stack, "AWS::S3::Bucket").values()
        ]


@dataclass(frozen=True)
class CustomResource:
    """A deployed function of a custom resource, which gets requests as CloudFormation sends them."""

    cloud: Cloud
    function: str
    properties: dict[str, str]

    def answer(self, kind: str, *, lost: int = 0, **members: Any) -> dict[str, Any]:
        """Deliver a request and return the response. Lambda delivers it again if the response is lost."""
        with cloudformation(lost=lost) as (url, responses):
            request = {
                "RequestType": kind,
                "StackId": "stack",
                "RequestId": "request",
                "LogicalResourceId": "Spare",
                "ResponseURL": url,
                "ResourceProperties": self.properties,
                **({} if kind == "Create" else {"PhysicalResourceId": next(iter(self.properties.values()))}),
                **members,
            }
            self.cloud.client("lambda").invoke(
                FunctionName=self.function, InvocationType="Event", Payload=json.dumps(request)
            )
            wait_until("the response", lambda: responses)
        [(result, _)] = responses
        return result

    def twice(self, kind: str) -> dict[str, Any]:
        """Deliver a request whose first response is lost, and then once more. Return the response."""
        first, second = self.answer(kind, lost=1), self.answer(kind)
        assert first == second
        return first


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory, assembly: Path) -> Iterator[Deployed]:
    state = tmp_path_factory.mktemp("taken-down") / "cloud"
    settings = CloudSettings(state=state, services=("rekognition", "emulator")).with_free_ports()
    with running_cloud(settings) as cloud:
        cloud.deploy(assembly, f"{STAGE}/*")
        yield Deployed(cloud, assembly, find_deployment(STAGE, cloud.client))


@contextmanager
def custom_resource(deployed: Deployed, stack: str, function: str, **properties: str) -> Iterator[CustomResource]:
    functions = deployed.resources(stack, "AWS::Lambda::Function")
    [name] = [name for logical_id, name in functions.items() if logical_id.startswith(function)]
    yield CustomResource(deployed.cloud, name, {**properties, "Removal": "destroy"})


def test_deployed_collection_resource_survives_failures_and_repetitions(deployed: Deployed) -> None:
    rekognition = deployed.cloud.client("rekognition")
    refused = {"CollectionId": "not a collection's name", "Removal": "destroy"}

    def exists() -> bool:
        return SPARE in rekognition.list_collections()["CollectionIds"]

    with custom_resource(deployed, "Ingest", "FacesManager", CollectionId=SPARE) as collection:
        failed = collection.answer("Create", ResourceProperties=refused)
        assert (failed["Status"], failed["PhysicalResourceId"]) == ("FAILED", NOT_CREATED)
        assert collection.answer("Delete", PhysicalResourceId=NOT_CREATED)["Status"] == "SUCCESS"
        created = collection.twice("Create")
        assert (created["Status"], created["PhysicalResourceId"], exists()) == ("SUCCESS", SPARE, True)
        assert created["Data"]["FaceModelVersion"]
        assert collection.answer("Update", ResourceProperties=refused)["Status"] == "FAILED"
        assert collection.twice("Update") == created
        assert collection.answer("Delete", ResourceProperties={})["Status"] == "FAILED"
        assert exists()
        assert collection.twice("Delete")["Status"] == "SUCCESS"
    assert not exists()


def test_deployed_bucket_resource_survives_failures_and_repetitions(deployed: Deployed) -> None:
    s3 = deployed.cloud.client("s3")
    s3.create_bucket(Bucket="spare")
    s3.put_object(Bucket="spare", Key="logs/1", Body=b"x")
    with custom_resource(deployed, "Ingest", "ContentsEmptier", BucketName="spare") as bucket:
        for kind in ("Create", "Update"):
            assert bucket.answer(kind, ResourceProperties={})["Status"] == "FAILED"
            assert bucket.twice(kind)["Status"] == "SUCCESS"
        assert bucket.answer("Delete", PhysicalResourceId=NOT_CREATED)["Status"] == "SUCCESS"
        with deployed.cloud.failing(REFUSED):
            failed = bucket.answer("Delete")
        assert (failed["Status"], "AccessDenied" in failed["Reason"]) == ("FAILED", True)
        assert s3.list_objects_v2(Bucket="spare")["KeyCount"] == 1
        assert bucket.twice("Delete")["Status"] == "SUCCESS"
    assert "spare" not in leftovers(deployed.cloud)["buckets"]


def test_documented_take_down_leaves_nothing(deployed: Deployed, tmp_path: Path) -> None:
    """The last test of the file. A deletion fails twice, and access logs arrive late."""
    _use(deployed, tmp_path)
    before = leftovers(deployed.cloud)
    assert all(before.values()), [kind for kind, names in before.items() if not names]
    s3, buckets = deployed.cloud.client("s3"), deployed.buckets()
    assert _failed_deletion_of_detection(deployed) == "DELETE_FAILED"
    for bucket in buckets:
        s3.put_object(Bucket=bucket, Key="logs/late", Body=b"x")
    with pytest.raises(CloudError, match="Fleet"):
        deployed.destroy()
    for bucket in set(buckets) & set(leftovers(deployed.cloud)["buckets"]):
        s3.put_object(Bucket=bucket, Key="logs/later", Body=b"x")
    assert "would delete thing demo-dev_cam-01" in deployed.homeward("fleet", "empty", "--dry-run")
    assert "1 camera and 1 claim certificate deleted" in deployed.homeward("fleet", "empty")
    deployed.destroy()
    after = leftovers(deployed.cloud)
    assert not any(after.values()), after
    assert "demo-dev has no camera" in deployed.homeward("fleet", "empty")
    deployed.destroy()


def _use(deployed: Deployed, folder: Path) -> None:
    """Leave what an environment has that is used: pictures, cameras, and a rebuild that is half done."""
    deployment = deployed.deployment
    for bucket in deployed.buckets():
        deployment.client("s3").put_object(Bucket=bucket, Key="documents/something", Body=b"x")
    deployed.homeward("camera", "add", "cam-01", "--site", "Dock", "--folder", str(folder))
    deployed.homeward("camera", "claim-certificate", "--folder", str(folder))
    deployment.client("iot-data").publish(
        topic=f"homeward/{STAGE}/{STAGE}_cam-01/status", qos=1, retain=True, payload=b'{"status": "offline"}'
    )
    Rebuild(photos=open_photos(deployment)).start(rebuilt_collection(deployment["FaceCollection"], now()))


def _failed_deletion_of_detection(deployed: Deployed) -> str:
    """Delete the stack while S3 refuses, as `cdk destroy` does, and return its state."""
    stack, client = f"{STAGE}-Detection", deployed.cloud.client("cloudformation")

    def state() -> str:
        return str(client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])

    with deployed.cloud.failing(REFUSED):
        client.delete_stack(StackName=stack)
        wait_until("the failure", lambda: state() not in {"CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_IN_PROGRESS"})
    [captures] = deployed.resources("Detection", "AWS::S3::Bucket").values()
    policy = json.loads(deployed.cloud.client("s3").get_bucket_policy(Bucket=captures)["Policy"])
    assert [each["Effect"] for each in policy["Statement"] if each["Action"] == "s3:PutObject"] == ["Deny"]
    return state()
