"""The life of an environment: deployed, deployed again without a change, destroyed without a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_cloud.demo.agency import STAGE, deploy_agency, write_agency_file
from local_cloud.lifecycle import running_cloud
from local_cloud.settings import CloudSettings

if TYPE_CHECKING:
    from pathlib import Path

    from local_cloud.cloud import Cloud


def left_over(cloud: Cloud) -> dict[str, list[str]]:
    """Names of everything that an environment may leave behind."""
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


def test_a_second_deployment_changes_nothing_and_destroying_leaves_nothing(tmp_path: Path) -> None:
    told: list[str] = []
    settings = CloudSettings(state=tmp_path / "cloud", services=("rekognition", "emulator")).with_free_ports()
    with running_cloud(settings, progress=told.append) as cloud:
        agency = write_agency_file(tmp_path / "demo.toml", namus_url=settings.endpoints["namus"])
        deployment = deploy_agency(cloud, agency)
        assert all(left_over(cloud).values()), "what is looked for was not there in the first place"
        for bucket in ("GalleryBucket", "DetectionBucket"):
            deployment.client("s3").put_object(Bucket=deployment[bucket], Key="documents/something", Body=b"x")
        told.clear()
        cloud.deploy(settings.state / "cdk.out", f"{STAGE}/*")
        done = [line for line in told if line.startswith("✅")]
        assert len(done) == 6
        assert all(line.endswith("(no changes)") for line in done), done
        cloud.destroy(settings.state / "cdk.out", f"{STAGE}/*")
        assert not any(left_over(cloud).values()), left_over(cloud)
