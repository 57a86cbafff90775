from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.infrastructure.templates import Deployment


def test_created_and_removed_photos_are_queued(either: Deployment) -> None:
    bucket = either.one("AWS::S3::Bucket", "Ingest", "Gallery")
    configured = bucket["Properties"]["NotificationConfiguration"]["QueueConfigurations"]
    queue = {"Fn::GetAtt": [either.logical_id("Ingest", "PhotoEvents"), "Arn"]}
    under_photos = {"S3Key": {"Rules": [{"Name": "prefix", "Value": "photos/"}]}}
    assert configured == [
        {"Event": event, "Queue": queue, "Filter": under_photos}
        for event in ("s3:ObjectCreated:*", "s3:ObjectRemoved:*")
    ]
    assert any("PhotoEventsPolicy" in name for name in bucket["DependsOn"])


def test_face_collection_has_name_and_removal_of_its_stage(dev: Deployment, prod: Deployment) -> None:
    for deployment, removal in ((dev, "destroy"), (prod, "retain")):
        [collection] = deployment.of_type("Custom::FaceCollection").values()
        properties = collection["Properties"]
        assert properties["CollectionId"] == f"homeward-everytown-{deployment.environment}"
        assert properties["Removal"] == removal


def test_custom_resources_time_out_within_15_minutes(either: Deployment) -> None:
    custom = either.of_type("Custom::FaceCollection") | either.of_type("Custom::BucketContents")
    assert len(custom) == 4
    for name, resource in custom.items():
        token = resource["Properties"]["ServiceToken"]["Fn::GetAtt"][0]
        timeout = either.templates[name.partition("/")[0]]["Resources"][token]["Properties"]["Timeout"]
        assert timeout <= int(resource["Properties"]["ServiceTimeout"]) <= 900
