"""The fleet stack with greengrass = true: the component, its deployment, and the policies of core devices."""

from __future__ import annotations

import json
import re
import zipfile
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # ships no types

from agencies.files import load_agency
from agencies.settings import Fleet as FleetSettings
from edge_device.release import RECIPE
from edge_device.version import version
from stacks.constructs import camera_component
from stacks.environment import AgencyEnvironment
from tests.infrastructure.templates import AGENCY_FILE, as_list, new_app

MAX_POLICY_CHARACTERS = 2048  # AWS IoT Core's quota for a policy document, without white space


@cache
def agency(*, greengrass: bool) -> Any:
    """The assembly of an agency with all of the fleet's options."""
    [settings] = [each for each in load_agency(AGENCY_FILE) if each.environment == "prod"]
    app = new_app()
    options = FleetSettings(greengrass=greengrass, deeplens=True, legacy_topics=True)
    settings = settings.model_copy(update={"fleet": options})
    stage = AgencyEnvironment(app, settings.stage, settings=settings)
    app.synth()
    return stage.synth()


def fleet(*, greengrass: bool) -> Any:
    """The artifact of the fleet stack."""
    return agency(greengrass=greengrass).get_stack_by_name("everytown-prod-Fleet")


def of_type(kind: str, *, greengrass: bool = True) -> list[dict[str, Any]]:
    resources = fleet(greengrass=greengrass).template["Resources"].values()
    return [resource["Properties"] for resource in resources if resource["Type"] == kind]


def core_policy(*, is_former: bool = False) -> list[dict[str, Any]]:
    policies = [each for each in of_type("AWS::IoT::Policy") if "greengrass" in str(each)]
    [policy] = [each for each in policies if ("Connection.Thing" in str(each)) is is_former]
    statements: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return statements


def recipe() -> dict[str, Any]:
    [component] = of_type("AWS::GreengrassV2::ComponentVersion")
    document: dict[str, Any] = yaml.safe_load(component["InlineRecipe"])
    return document


def test_greengrass_is_off_by_default() -> None:
    assert not of_type("AWS::GreengrassV2::ComponentVersion", greengrass=False)
    assert not of_type("AWS::IoT::RoleAlias", greengrass=False)
    assert "CorePolicyName" not in fleet(greengrass=False).template["Outputs"]


def test_component_is_deployed_to_the_camera_group() -> None:
    assert recipe()["ComponentName"] == "homeward.camera.everytown-prod"
    [deployment] = of_type("AWS::GreengrassV2::Deployment")
    [(name, specification)] = deployment["Components"].items()
    assert name == "homeward.camera.everytown-prod"
    assert specification["ComponentVersion"]["Fn::GetAtt"][1] == "ComponentVersion"
    assert deployment["TargetArn"] == {"Fn::GetAtt": ["CameraGroup", "Arn"]}


def test_recipe_installs_from_the_unpacked_archive() -> None:
    [manifest] = recipe()["Manifests"]
    [artifact] = manifest["Artifacts"]
    archive = Path(artifact["URI"]).name
    unpacked = f"{{artifacts:decompressedPath}}/{Path(archive).stem}"
    used = [word for word in manifest["Lifecycle"]["Install"]["Script"].split() if word.startswith("{artifacts")]
    with zipfile.ZipFile(Path(fleet(greengrass=True).assembly.directory).parent / f"asset.{archive}") as file:
        names = file.namelist()
    assert len(used) == 2
    for path in used:
        inside = path.removeprefix(f"{unpacked}/")
        assert inside in names or f"{inside}/pyproject.toml" in names


def test_any_change_of_recipe_or_archive_changes_the_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def component_version(archive: str = "abc") -> str:
        release: Any = SimpleNamespace(s3_object_key=f"{archive}.zip", s3_object_url=f"s3://bucket/{archive}.zip")
        text = camera_component._recipe(release, "homeward.camera.oak-dev", "oak-dev")
        return str(yaml.safe_load(text)["ComponentVersion"])

    first = component_version()
    assert re.fullmatch(rf"{re.escape(version())}-c[0-9a-f]{{12}}", first)
    assert component_version() == first
    assert component_version("def") != first
    changed = tmp_path / "recipe.yaml"
    changed.write_text(RECIPE.read_text() + "# changed\n")
    monkeypatch.setattr(camera_component, "RECIPE", changed)
    assert component_version() != first


def test_core_device_may_find_the_bucket_of_the_archive() -> None:

    def arn(resource: Any) -> str:
        return resource if isinstance(resource, str) else "".join(map(str, resource["Fn::Join"][1]))

    granted = {
        action: arn(statement["Resource"])
        for policy in of_type("AWS::IAM::Policy")
        for statement in policy["PolicyDocument"]["Statement"]
        for action in as_list(statement["Action"])
        if action in {"s3:GetObject", "s3:GetBucketLocation"}
    }
    assert granted["s3:GetBucketLocation"] == granted["s3:GetObject"].rpartition("/")[0]


def test_core_device_may_download_only_the_archive() -> None:
    [artifact] = recipe()["Manifests"][0]["Artifacts"]
    reading = [
        statement
        for policy in of_type("AWS::IAM::Policy")
        for statement in policy["PolicyDocument"]["Statement"]
        if "s3:GetObject" in as_list(statement["Action"])
    ]
    [statement] = reading
    resource = statement["Resource"]
    text = resource if isinstance(resource, str) else "".join(map(str, resource["Fn::Join"][1]))
    assert text.endswith(Path(artifact["URI"]).name)
    assert artifact["URI"].split("/")[2] in text


@pytest.mark.parametrize(
    ("action", "resource", "foreign"),
    [
        ("iot:Subscribe", "topicfilter/$aws/things/{}/jobs/notify-namespace-aws-gg-deployment", "topicfilter/#"),
        ("iot:Publish", "topic/$aws/things/{}/greengrassv2/health/json", "topic/homeward/v1/cam-01/faces"),
        (
            "iot:Receive",
            "topic/$aws/things/{}/shadow/name/AWSManagedGreengrassV2Deployment/get/accepted",
            "topic/$aws/things/cam-01/shadow/name/camera/get/accepted",
        ),
    ],
)
def test_core_device_of_before_may_use_only_its_own_topics(action: str, resource: str, foreign: str) -> None:
    def may(resource: str) -> bool:
        return any(
            fnmatchcase(f"arn:aws:iot:us-east-1:222222222222:{resource}", pattern)
            for statement in core_policy(is_former=True)
            if action in statement["Action"]
            for pattern in (
                str(each).replace("${iot:Connection.Thing.ThingName}", "cam-01") for each in statement["Resource"]
            )
        )

    assert may(resource.format("cam-01"))
    assert not may(resource.format("cam-010"))
    assert not may(foreign)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iot:Connect", "client/{}"),
        ("iot:Connect", "client/{}#2"),
        ("iot:Publish", "topic/homeward/everytown-prod/{}/faces"),
        ("iot:RetainPublish", "topic/homeward/everytown-prod/{}/status"),
        ("iot:Publish", "topic/$aws/things/{}/shadow/name/camera/update"),
        ("iot:Subscribe", "topicfilter/$aws/things/{}/shadow/name/camera/update/delta"),
        ("iot:Subscribe", "topicfilter/$aws/things/{}/jobs/notify-namespace-aws-gg-deployment"),
        ("iot:Receive", "topic/$aws/things/{}/shadow/name/AWSManagedGreengrassV2Deployment/get/accepted"),
        ("iot:Publish", "topic/$aws/things/{}/greengrassv2/health/json"),
    ],
)
def test_core_device_may_be_things_of_its_environment_only(action: str, resource: str) -> None:
    """AWS IoT supports no thing policy variables for core devices."""

    def may(thing: str) -> bool:
        return any(
            fnmatchcase(f"arn:aws:iot:us-east-1:222222222222:{resource.format(thing)}", str(pattern))
            for statement in core_policy()
            if action in statement["Action"]
            for pattern in statement["Resource"]
        )

    assert may("everytown-prod_cam-01")
    assert not may("everytown-dev_cam-01")
    assert not may("everytown-prod-dev_cam-01")
    assert not may("cam-01")


def test_camera_provisioned_by_claim_gets_the_core_policy() -> None:
    [template] = of_type("AWS::IoT::ProvisioningTemplate")
    assert template["TemplateBody"]["Fn::Join"][1].count({"Ref": "CameraPolicy"}) == 1
    [core] = [
        value["Value"] for name, value in fleet(greengrass=True).template["Outputs"].items() if name == "CorePolicyName"
    ]
    assert core in template["TemplateBody"]["Fn::Join"][1]


def test_recipe_names_the_environment() -> None:
    access = recipe()["ComponentConfiguration"]["DefaultConfiguration"]["accessControl"]
    assert "homeward/everytown-prod/{iot:thingName}/faces" in str(access)
    assert 'environment = "everytown-prod"' in recipe()["Manifests"][0]["Lifecycle"]["Run"]["Script"]
    assert "ENVIRONMENT" not in str(recipe())


def test_legacy_cameras_keep_their_topics() -> None:
    [policy] = [each for each in of_type("AWS::IoT::Policy") if "RetainPublish" in str(each) and "/v1/" in str(each)]
    for kind in ("faces", "health", "status"):
        assert f"topic/homeward/v1/${{iot:Connection.Thing.ThingName}}/{kind}'" in str(policy)
        assert f"topic/homeward/everytown-prod/${{iot:Connection.Thing.ThingName}}/{kind}'" in str(policy)


def test_opted_in_topics_have_a_rule_with_the_same_selection() -> None:
    template = next(stack.template for stack in agency(greengrass=True).stacks if "Detection" in stack.stack_name)
    rules = [each["Properties"] for each in template["Resources"].values() if each["Type"] == "AWS::IoT::TopicRule"]
    selected, topics = zip(*(each["TopicRulePayload"]["Sql"].split(" FROM ") for each in rules), strict=True)
    assert len(set(selected)) == 1
    assert sorted(topics) == [
        "'$aws/things/+/infer' WHERE confidence > 0.8",
        "'homeward/everytown-prod/+/faces' WHERE detection.confidence > 0.8",
        "'homeward/everytown-prod/+/health'",
        "'homeward/v1/+/faces' WHERE detection.confidence > 0.8",
    ]


def test_rule_of_before_keeps_its_logical_id() -> None:
    """CloudFormation updates it in place, so that no message of a camera of before finds no rule during an upgrade."""
    template = next(stack.template for stack in agency(greengrass=True).stacks if "Detection" in stack.stack_name)
    assert "'homeward/v1/+/faces'" in template["Resources"]["FacesRule"]["Properties"]["TopicRulePayload"]["Sql"]


def test_device_policies_are_within_the_size_quota() -> None:
    policies = of_type("AWS::IoT::Policy")
    assert len(policies) == 4
    for policy in policies:
        # The test agency's region has 9 characters; the longest have 14.
        text = json.dumps(policy["PolicyDocument"], separators=(",", ":")).replace("us-east-1", "ap-southeast-2")
        text = text.replace("everytown-prod", f"{'a' * 31}-staging")  # the longest stage
        assert len(text) <= MAX_POLICY_CHARACTERS
