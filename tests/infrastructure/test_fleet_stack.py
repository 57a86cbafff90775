from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest

from edge_device.core.topics import Topics
from lambdas.common.things import thing_name
from tests.infrastructure.templates import as_list

if TYPE_CHECKING:
    from tests.infrastructure.templates import Deployment

ARN = "arn:aws:iot:us-east-1:222222222222"
ENVIRONMENT = "everytown-prod"
TOPICS = Topics("{thing}", ENVIRONMENT)
CAMERA = Topics("everytown-prod_cam-01")
SHADOW = "$aws/things/{thing}/shadow/name/camera"


def may(deployment: Deployment, action: str, resource: str, *, thing: str = CAMERA.thing) -> bool:
    """Whether the camera's policy allows this, once the certificate's thing is known."""
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
        ("iot:Publish", f"topic/{TOPICS.faces}"),
        ("iot:Publish", f"topic/{TOPICS.health}"),
        ("iot:Publish", f"topic/{TOPICS.status}"),
        ("iot:RetainPublish", f"topic/{TOPICS.status}"),
        ("iot:Publish", f"topic/{SHADOW}/get"),
        ("iot:Publish", f"topic/{SHADOW}/update"),
        ("iot:Subscribe", f"topicfilter/{SHADOW}/update/delta"),
        ("iot:Receive", f"topic/{SHADOW}/get/accepted"),
    ],
)
def test_camera_may_use_only_its_own_topics(prod: Deployment, action: str, resource: str) -> None:
    assert may(prod, action, resource.format(thing=CAMERA.thing))
    for other in ("everytown-prod_cam-02", "everytown-dev_cam-01", "cam-01"):
        assert not may(prod, action, resource.format(thing=other))


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iot:Subscribe", "topicfilter/homeward/#"),
        ("iot:Subscribe", f"topicfilter/{CAMERA.faces}"),
        ("iot:Receive", f"topic/{CAMERA.faces}"),
        ("iot:RetainPublish", f"topic/{CAMERA.faces}"),
        ("iot:Publish", f"topic/$aws/things/{CAMERA.thing}/infer"),
        ("iot:Publish", f"topic/$aws/things/{CAMERA.thing}/shadow/update"),
        ("iot:Publish", f"topic/homeward/{ENVIRONMENT}/{CAMERA.thing}/anything"),
        ("iot:Publish", f"topic/homeward/v1/{CAMERA.thing}/faces"),
        ("iot:Publish", f"topic/homeward/everytown-dev/{CAMERA.thing}/faces"),
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
        ("iot:Publish", f"topic/{CAMERA.faces}", False),
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


def test_template_names_the_thing_as_the_functions_do(either: Deployment) -> None:
    template = either.one("AWS::IoT::ProvisioningTemplate", "Fleet", "Provisioning")["Properties"]["TemplateBody"]
    stage = f"everytown-{either.environment}"
    name = {"Fn::Join": ["", [thing_name(stage, ""), {"Ref": "Camera"}]]}
    assert json.dumps(name, separators=(",", ":")) in "".join(map(str, template["Fn::Join"][1]))
