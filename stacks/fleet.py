"""The fleet stack: which cameras there are, what each of them may do, and how a new one joins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_iot as iot

from stacks.constructs.camera_component import CameraComponent
from stacks.constructs.function import Function, may
from stacks.constructs.storage import encryption_key, table

if TYPE_CHECKING:
    from constructs import Construct

    from agencies.settings import Settings

_THING = "${iot:Connection.Thing.ThingName}"
# The certificate belongs to the thing, so that no camera can take another's name (docs/agency-it/fleet.md).
_IS_ITS_OWN = {"Bool": {"iot:Connection.Thing.IsAttached": "true"}}


class Fleet(cdk.Stack):
    """The cameras table, the one policy that every camera's certificate has, and fleet provisioning by claim."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings, env: cdk.Environment) -> None:
        super().__init__(scope, name, env=env, description=f"Homeward {settings.stage}: the cameras")
        self._settings = settings
        self.key = encryption_key(self, settings=settings)
        self.cameras = table(self, "Cameras", settings=settings, key=self.key, partition="camera")
        kind = iot.CfnThingType(self, "CameraType")
        # Operators choose it by its name for jobs and Greengrass deployments, so it has the one of the stage.
        group = iot.CfnThingGroup(self, "CameraGroup", thing_group_name=settings.stage)
        policy = iot.CfnPolicy(self, "CameraPolicy", policy_document=self._camera_policy())
        policies = {"CameraPolicyName": policy}
        if settings.fleet.greengrass:
            component = CameraComponent(
                self, "CameraComponent", settings=settings, group_arn=group.attr_arn, thing=_THING
            )
            policies["CorePolicyName"] = component.policy
        template = self._provisioning_template(kind, group, *policies.values())
        claim_policy = iot.CfnPolicy(self, "ClaimPolicy", policy_document=self._claim_policy(template.ref))
        for output, value in {
            "CamerasTable": self.cameras.table_name,
            "CameraType": kind.ref,
            "CameraGroup": settings.stage,
            **{name: each.ref for name, each in policies.items()},
            "ProvisioningTemplate": template.ref,
            "ClaimPolicyName": claim_policy.ref,
        }.items():
            cdk.CfnOutput(self, f"{output}Output", value=value).override_logical_id(output)

    def _camera_policy(self) -> dict[str, object]:
        """A camera connects as the thing that its certificate belongs to, and uses that thing's topics only."""
        shadow = f"$aws/things/{_THING}/shadow/name/camera"
        heard = (f"{shadow}/get/accepted", f"{shadow}/update/delta")
        return _policy(
            {**_allow("iot:Connect", self._iot("client", _THING)), "Condition": _IS_ITS_OWN},
            _allow(
                "iot:Publish",
                *(self._iot("topic", f"homeward/v1/{_THING}/{kind}") for kind in ("faces", "health")),
                *(self._iot("topic", f"{shadow}/{verb}") for verb in ("get", "update")),
            ),
            # The status of a camera is retained, and the last will of its connection sets it.
            _allow("iot:RetainPublish", self._iot("topic", f"homeward/v1/{_THING}/status")),
            _allow("iot:Publish", self._iot("topic", f"homeward/v1/{_THING}/status")),
            _allow("iot:Subscribe", *(self._iot("topicfilter", topic) for topic in heard)),
            _allow("iot:Receive", *(self._iot("topic", topic) for topic in heard)),
        )

    def _claim_policy(self, template: str) -> dict[str, object]:
        """A claim certificate buys a certificate of one's own, and nothing else."""
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
        hook = self._hook()
        role = iam.Role(
            self,
            "ProvisioningRole",
            assumed_by=iam.ServicePrincipal("iot.amazonaws.com"),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name("service-role/AWSIoTThingsRegistration")],
            description="What AWS IoT does when a camera joins",
        )
        cdk.Validations.of(role).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSIoTThingsRegistration]",
                reason="AWS IoT registers things with many actions; in this policy AWS keeps their list.",
            )
        )
        template = iot.CfnProvisioningTemplate(
            self,
            "Provisioning",
            enabled=True,
            provisioning_role_arn=role.role_arn,
            pre_provisioning_hook=iot.CfnProvisioningTemplate.ProvisioningHookProperty(
                payload_version="2020-04-01", target_arn=hook.function_arn
            ),
            template_body=self.to_json_string(
                _becomes(kind.ref, self._settings.stage, [policy.ref for policy in policies])
            ),
        )
        permission = hook.permissions_node.find_child("IotMayAsk")
        template.node.add_dependency(permission, group)
        return template

    def _hook(self) -> Function:
        hook = Function(
            self,
            "ProvisionCamera",
            settings=self._settings,
            handler="fleet.provision_camera",
            description="Says which devices may join the fleet",
            statements=[
                may("dynamodb:UpdateItem", on=[self.cameras.table_arn]),
                may("kms:Decrypt", on=[self.key.key_arn]),
            ],
            environment={"CAMERAS_TABLE": self.cameras.table_name},
            # AWS IoT waits five seconds for the answer.
            timeout=cdk.Duration.seconds(5),
        )
        hook.add_permission(
            "IotMayAsk", principal=iam.ServicePrincipal("iot.amazonaws.com"), source_account=self.account
        )
        return hook

    def _iot(self, resource: str, name: str) -> str:
        return self.format_arn(service="iot", resource=resource, resource_name=name)


def _becomes(kind: str, group: str, policies: list[str]) -> dict[str, object]:
    """What a device becomes that provisions itself: the camera that the parameters name, with the fleet's policies."""
    certificate = {"CertificateId": {"Ref": "AWS::IoT::Certificate::Id"}, "Status": "Active"}
    thing = {"ThingName": {"Ref": "ThingName"}, "ThingTypeName": kind, "ThingGroups": [group]}
    return {
        "Parameters": {name: {"Type": "String"} for name in ("ThingName", "SerialNumber", "AWS::IoT::Certificate::Id")},
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


def _allow(action: str, *resources: str) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": list(resources)}
