"""The fleet stack: the cameras table, the policies of the cameras' certificates, and fleet provisioning by claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_iot as iot

from edge_device.core.topics import LEGACY_ENVIRONMENT, Topics
from stacks.constructs.camera_component import CameraComponent
from stacks.constructs.function import Function
from stacks.constructs.grant import Grant, may, trust_this_account_only
from stacks.constructs.nag import acknowledge
from stacks.constructs.outputs import add_outputs
from stacks.constructs.storage import string_attribute, table
from stacks.stack import HomewardStack

if TYPE_CHECKING:
    from constructs import Construct

    from agencies.settings import Settings

_THING = "${iot:Connection.Thing.ThingName}"
# The certificate is attached to the thing, so no camera can connect under another's name (docs/evaluator/privacy.md).
_IS_ATTACHED = {"Bool": {"iot:Connection.Thing.IsAttached": "true"}}


class Fleet(HomewardStack):
    """The cameras of an environment. All have one thing type, one thing group and one IoT policy."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings) -> None:
        super().__init__(scope, name, settings=settings, purpose="the cameras")
        self.cameras = table(self, "Cameras", key=self.key, removal=self.removal, partition="camera")
        self.cameras.add_global_secondary_index(index_name="by-thing", partition_key=string_attribute("thing"))
        kind = iot.CfnThingType(self, "CameraType")
        # Operators name the group in jobs and Greengrass deployments, so it is called like the stage.
        group = iot.CfnThingGroup(self, "CameraGroup", thing_group_name=settings.stage)
        policies = {"CameraPolicyName": iot.CfnPolicy(self, "CameraPolicy", policy_document=self._camera_policy())}
        core_outputs = {}
        if settings.fleet.greengrass:
            component = CameraComponent(
                self,
                "CameraComponent",
                stage=settings.stage,
                group_arn=group.attr_arn,
                thing=_THING,
            )
            policies["CorePolicyName"] = component.former_policy
            core_outputs["CoreDevicePolicyName"] = component.core_policy.ref
        template = self._provisioning_template(kind, group, *policies.values())
        claim_policy = iot.CfnPolicy(self, "ClaimPolicy", policy_document=self._claim_policy(template.ref))
        add_outputs(
            self,
            {
                "CamerasTable": self.cameras.table_name,
                "CameraType": kind.ref,
                "CameraGroup": settings.stage,
                **{name: policy.ref for name, policy in policies.items()},
                **core_outputs,
                "ProvisioningTemplate": template.ref,
                "ClaimPolicyName": claim_policy.ref,
            },
        )

    def may_read_cameras(self, *actions: str) -> Grant:
        """Grant reading cameras with "GetItem", "BatchGetItem" or "Scan"."""
        named = (f"dynamodb:{action}" for action in actions)
        return Grant(
            statements=[self.decrypt(), may(*named, on=[self.cameras.table_arn])],
            environment={"CAMERAS_TABLE": self.cameras.table_name},
        )

    def may_identify_things(self) -> Grant:
        """Grant finding the camera of a thing."""
        index = f"{self.cameras.table_arn}/index/by-thing"
        return Grant(
            statements=[
                self.decrypt(),
                may("dynamodb:GetItem", on=[self.cameras.table_arn]),
                may("dynamodb:Query", on=[index]),
            ],
            environment={"CAMERAS_TABLE": self.cameras.table_name},
        )

    def _camera_policy(self) -> dict[str, object]:
        """Let a camera connect as the thing of its certificate, and use only that thing's topics."""
        stage, legacy = self.settings.stage, self.settings.fleet.legacy_topics
        used = [Topics(_THING, environment) for environment in ((stage, LEGACY_ENVIRONMENT) if legacy else (stage,))]
        status = [self._iot("topic", topics.status) for topics in used]
        shadow = f"$aws/things/{_THING}/shadow/name/camera"
        received = (f"{shadow}/get/accepted", f"{shadow}/update/delta")
        return _policy(
            {**_allow("iot:Connect", self._iot("client", _THING)), "Condition": _IS_ATTACHED},
            _allow(
                "iot:Publish",
                *(self._iot("topic", topic) for topics in used for topic in (topics.faces, topics.health)),
                *(self._iot("topic", f"{shadow}/{verb}") for verb in ("get", "update")),
            ),
            # The camera's status is a retained message, and the last will of its connection updates it.
            _allow(["iot:Publish", "iot:RetainPublish"], *status),
            _allow("iot:Subscribe", *(self._iot("topicfilter", each) for each in received)),
            _allow("iot:Receive", *(self._iot("topic", each) for each in received)),
        )

    def _claim_policy(self, template: str) -> dict[str, object]:
        """Let a claim certificate provision a device with a certificate of its own, and do nothing else."""
        topics = ("$aws/certificates/create/*", f"$aws/provisioning-templates/{template}/provision/*")
        return _policy(
            _allow("iot:Connect", self._iot("client", "claim-*")),
            _allow("iot:Publish", *(self._iot("topic", topic) for topic in topics)),
            _allow("iot:Receive", *(self._iot("topic", topic) for topic in topics)),
            _allow("iot:Subscribe", *(self._iot("topicfilter", topic) for topic in topics)),
        )

    def _provisioning_template(
        self, kind: iot.CfnThingType, group: iot.CfnThingGroup, *policies: iot.CfnPolicy
    ) -> iot.CfnProvisioningTemplate:
        hook = self._provisioning_hook()
        template = iot.CfnProvisioningTemplate(
            self,
            "Provisioning",
            enabled=True,
            provisioning_role_arn=self._provisioning_role().role_arn,
            pre_provisioning_hook=iot.CfnProvisioningTemplate.ProvisioningHookProperty(
                payload_version="2020-04-01", target_arn=hook.function_arn
            ),
            template_body=self.to_json_string(
                _template_body(self.settings.stage, kind.ref, [policy.ref for policy in policies])
            ),
        )
        permission = hook.permissions_node.find_child("IotMayAsk")
        template.node.add_dependency(permission, group)
        return template

    def _provisioning_role(self) -> iam.Role:
        role = iam.Role(
            self,
            "ProvisioningRole",
            assumed_by=iam.ServicePrincipal("iot.amazonaws.com"),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name("service-role/AWSIoTThingsRegistration")],
            description="AWS IoT registers a camera that provisions itself",
        )
        acknowledge(role, "provisioning role")
        trust_this_account_only(role)
        return role

    def _provisioning_hook(self) -> Function:
        hook = Function(
            self,
            "ProvisionCamera",
            handler="fleet.provision_camera",
            description="Decide whether a device may join the fleet",
            log_days=self.log_days,
            statements=[may("dynamodb:UpdateItem", on=[self.cameras.table_arn]), self.decrypt()],
            environment={"CAMERAS_TABLE": self.cameras.table_name, "STAGE": self.settings.stage},
            # AWS IoT waits five seconds for the answer.
            timeout=cdk.Duration.seconds(5),
        )
        hook.add_permission(
            "IotMayAsk", principal=iam.ServicePrincipal("iot.amazonaws.com"), source_account=self.account
        )
        return hook

    def _iot(self, resource: str, name: str) -> str:
        return self.format_arn(service="iot", resource=resource, resource_name=name)


def _template_body(stage: str, kind: str, policies: list[str]) -> dict[str, object]:
    """Describe the thing, certificate and policies of a device that provisions itself. The group is called `stage`."""
    name = {"Fn::Join": ["", [f"{stage}_", {"Ref": "Camera"}]]}
    certificate = {"CertificateId": {"Ref": "AWS::IoT::Certificate::Id"}, "Status": "Active"}
    thing = {"ThingName": name, "ThingTypeName": kind, "ThingGroups": [stage]}
    return {
        "Parameters": {name: {"Type": "String"} for name in ("Camera", "SerialNumber", "AWS::IoT::Certificate::Id")},
        "Resources": {
            "certificate": {"Type": "AWS::IoT::Certificate", "Properties": certificate},
            **{
                f"policy{number}": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyName": policy}}
                for number, policy in enumerate(policies, start=1)
            },
            "thing": {"Type": "AWS::IoT::Thing", "Properties": thing},
        },
    }


def _policy(*statements: dict[str, object]) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _allow(action: str | list[str], *resources: str) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": list(resources)}
