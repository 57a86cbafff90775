from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest

from edge_device.core.topics import faces_topic, health_topic, status_topic
from tests.infrastructure.templates import as_list

if TYPE_CHECKING:
    from tests.infrastructure.templates import Deployment

ARN = "arn:aws:iot:us-east-1:222222222222"
SHADOW = "$aws/things/{thing}/shadow/name/camera"


def may(deployment: Deployment, action: str, resource: str, *, thing: str = "cam-01") -> bool:
    """Tell whether the camera policy allows an action for a connection of this thing."""
    policy = deployment.one("AWS::IoT::Policy", "Fleet", "CameraPolicy")["Properties"]["PolicyDocument"]
    assert {statement["Effect"] for statement in policy["Statement"]} == {"Allow"}
    return any(
        fnmatchcase(f"{ARN}:{resource}", pattern.replace("${iot:Connection.Thing.ThingName}", thing))
        for statement in policy["Statement"]
        if action in as_list(statement["Action"])
        for pattern in as_list(statement["Resource"])
    )


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iot:Connect", "client/{thing}"),
        ("iot:Publish", f"topic/{faces_topic('{thing}')}"),
        ("iot:Publish", f"topic/{health_topic('{thing}')}"),
        ("iot:Publish", f"topic/{status_topic('{thing}')}"),
        ("iot:RetainPublish", f"topic/{status_topic('{thing}')}"),
        ("iot:Publish", f"topic/{SHADOW}/get"),
        ("iot:Publish", f"topic/{SHADOW}/update"),
        ("iot:Subscribe", f"topicfilter/{SHADOW}/update/delta"),
        ("iot:Receive", f"topic/{SHADOW}/get/accepted"),
    ],
)
def test_camera_may_use_only_its_own_topics(prod: Deployment, action: str, resource: str) -> None:
    assert may(prod, action, resource.format(thing="cam-01"))
    assert not may(prod, action, resource.format(thing="cam-02"))


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iot:Subscribe", "topicfilter/homeward/#"),
        ("iot:Subscribe", f"topicfilter/{faces_topic('cam-01')}"),
        ("iot:Receive", f"topic/{faces_topic('cam-01')}"),
        ("iot:RetainPublish", f"topic/{faces_topic('cam-01')}"),
        ("iot:Publish", "topic/$aws/things/cam-01/infer"),
        ("iot:Publish", "topic/$aws/things/cam-01/shadow/update"),
        ("iot:Publish", "topic/homeward/v1/cam-01/anything"),
    ],
)
def test_camera_may_do_nothing_else(prod: Deployment, action: str, resource: str) -> None:
    assert not may(prod, action, resource)


def test_only_an_attached_certificate_may_connect(either: Deployment) -> None:
    policy = either.one("AWS::IoT::Policy", "Fleet", "CameraPolicy")["Properties"]["PolicyDocument"]
    [connect] = [each for each in policy["Statement"] if "iot:Connect" in as_list(each["Action"])]
    assert connect["Condition"] == {"Bool": {"iot:Connection.Thing.IsAttached": "true"}}
    assert as_list(connect["Action"]) == ["iot:Connect"]


@pytest.mark.parametrize(
    ("action", "resource", "allowed"),
    [
        ("iot:Connect", "client/claim-0123", True),
        ("iot:Connect", "client/cam-01", False),
        ("iot:Publish", "topic/$aws/certificates/create/json", True),
        ("iot:Publish", f"topic/{faces_topic('cam-01')}", False),
        ("iot:Subscribe", "topicfilter/homeward/#", False),
    ],
)
def test_claim_certificate_may_only_provision(prod: Deployment, action: str, resource: str, allowed: bool) -> None:
    policy = prod.one("AWS::IoT::Policy", "Fleet", "ClaimPolicy")["Properties"]["PolicyDocument"]
    patterns = [
        pattern
        for statement in policy["Statement"]
        if action in as_list(statement["Action"])
        for pattern in as_list(statement["Resource"])
        if isinstance(pattern, str)
    ]
    assert any(fnmatchcase(f"{ARN}:{resource}", pattern) for pattern in patterns) == allowed


def test_provisioning_asks_the_hook(either: Deployment) -> None:
    template = either.one("AWS::IoT::ProvisioningTemplate", "Fleet", "Provisioning")["Properties"]
    hook = template["PreProvisioningHook"]
    assert hook["PayloadVersion"] == "2020-04-01"
    assert hook["TargetArn"] == {"Fn::GetAtt": [either.logical_id("Fleet", "ProvisionCamera"), "Arn"]}
    assert either.function("Fleet", "ProvisionCamera")["Timeout"] <= 5, "AWS IoT waits no longer"
