"""An environment is deployed, deployed again without changes, and destroyed without leftovers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.common.collection_names import deployed_collection
from local_cloud.demo.agency import STAGE
from local_cloud.settings import CloudSettings
from tests.end_to_end.checked_cloud import checked_cloud

if TYPE_CHECKING:
    from pathlib import Path

    from local_cloud.cloud import Cloud


def leftovers(cloud: Cloud) -> dict[str, list[str]]:
    """List the names of all resources that an environment could leave behind."""
    stacks = cloud.client("cloudformation").describe_stacks()["Stacks"]
    return {
        "stacks": [stack["StackName"] for stack in stacks if stack["StackName"] != "CDKToolkit"],
        "buckets": [
            bucket["Name"]
            for bucket in cloud.client("s3").list_buckets()["Buckets"]
            if not bucket["Name"].startswith("cdk-")
        ],
        "tables": cloud.client("dynamodb").list_tables()["TableNames"],
        "collections": cloud.client("rekognition").list_collections()["CollectionIds"],
        "functions": [function["FunctionName"] for function in cloud.client("lambda").list_functions()["Functions"]],
        "queues": cloud.client("sqs").list_queues().get("QueueUrls", []),
        "topics": [topic["TopicArn"] for topic in cloud.client("sns").list_topics()["Topics"]],
        "rules": [rule["ruleName"] for rule in cloud.client("iot").list_topic_rules()["rules"]],
        "policies": [policy["policyName"] for policy in cloud.client("iot").list_policies()["policies"]],
        "machines": [
            machine["name"] for machine in cloud.client("stepfunctions").list_state_machines()["stateMachines"]
        ],
        "logs": [group["logGroupName"] for group in cloud.client("logs").describe_log_groups()["logGroups"]],
    }


def test_redeploying_is_a_no_op_and_destroying_leaves_nothing(tmp_path: Path, assembly: Path) -> None:
    progress: list[str] = []
    settings = CloudSettings(state=tmp_path / "cloud", services=("rekognition", "emulator")).with_free_ports()
    with checked_cloud(settings, "redeployed", progress=progress.append) as cloud:
        collection = deployed_collection(STAGE)
        # One that was left behind, which the deployment adopts, and one of a rebuild.
        for name in (collection, f"{collection}-20261123030405"):
            cloud.client("rekognition").create_collection(CollectionId=name)
        cloud.deploy(assembly, f"{STAGE}/*")
        assert all(leftovers(cloud).values()), "a kind of resource does not exist even while deployed"
        for bucket in leftovers(cloud)["buckets"]:
            cloud.client("s3").put_object(Bucket=bucket, Key="documents/something", Body=b"x")
        progress.clear()
        cloud.deploy(assembly, f"{STAGE}/*")
        done = [line for line in progress if line.startswith("✅")]
        assert len(done) == 6
        assert all(line.endswith("(no changes)") for line in done), done
        cloud.destroy(assembly, f"{STAGE}/*")
        assert not any(leftovers(cloud).values()), leftovers(cloud)
