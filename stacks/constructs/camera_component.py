"""The camera program as a Greengrass v2 component, deployed to every core device of a thing group."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_greengrassv2 as greengrass
from aws_cdk import aws_iam as iam
from aws_cdk import aws_iot as iot
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from edge_device.core.topics import Topics
from edge_device.release import RECIPE, pack
from edge_device.version import version
from stacks.constructs.grant import may
from stacks.constructs.nag import acknowledge

_Statement = tuple[list[str], list[str]]  # actions and resources


class CameraComponent(Construct):
    """The component, its deployment to a thing group, and the role that core devices download it with.

    The certificate of a core device needs `core_policy`, and no other. Those from before it have `former_policy`, in
    addition to the policy of all cameras (docs/decisions/0040-core-device-policy.md).
    """

    def __init__(self, scope: Construct, name: str, *, stage: str, group_arn: str, thing: str) -> None:
        super().__init__(scope, name)
        # All environments of an account share one list of components.
        component_name = f"homeward.camera.{stage}"
        release = self._release()
        alias = self._token_exchange(release)
        self.former_policy = iot.CfnPolicy(
            self, "CorePolicy", policy_document=self._former_policy(thing, alias.attr_role_alias_arn)
        )
        self.core_policy = iot.CfnPolicy(
            self, "CoreDevicePolicy", policy_document=self._core_policy(stage, alias.attr_role_alias_arn)
        )
        component = greengrass.CfnComponentVersion(
            self, "Component", inline_recipe=_recipe(release, component_name, stage)
        )
        greengrass.CfnDeployment(
            self,
            "Deployment",
            target_arn=group_arn,
            deployment_name=f"Homeward {stage}",
            components={
                component_name: greengrass.CfnDeployment.ComponentDeploymentSpecificationProperty(
                    component_version=component.attr_component_version
                )
            },
        )

    def _release(self) -> assets.Asset:
        with tempfile.TemporaryDirectory() as folder:
            return assets.Asset(self, "Release", path=str(pack(Path(folder))))

    def _token_exchange(self, release: assets.Asset) -> iot.CfnRoleAlias:
        """Make the role that a core device assumes with its certificate to download the release."""
        role = iam.Role(
            self,
            "TokenExchangeRole",
            assumed_by=iam.ServicePrincipal("credentials.iot.amazonaws.com"),
            description="Core devices download the camera program",
        )
        role.add_to_policy(may("s3:GetObject", on=[release.bucket.arn_for_objects(release.s3_object_key)]))
        acknowledge(role, "role")
        # The nucleus asks for the bucket's region before it downloads, and gives up if it may not.
        role.add_to_policy(may("s3:GetBucketLocation", on=[release.bucket.bucket_arn]))
        return iot.CfnRoleAlias(self, "TokenExchange", role_arn=role.role_arn)

    def _core_policy(self, stage: str, role_alias_arn: str) -> dict[str, object]:
        """Allow what the nucleus and the camera program on it do, as any thing of the environment.

        AWS IoT supports no thing policy variables for core devices, and the nucleus also connects as THING#2.
        """
        things = f"$aws/things/{stage}_*"
        shadows = [f"{things}/shadow/name/{name}/*" for name in ("camera", "AWSManagedGreengrassV2Deployment")]
        used = [*shadows, f"{things}/jobs/*"]
        return _document(
            (["iot:Connect"], [self._iot("client", f"{stage}_*")]),
            (["iot:Publish", "iot:RetainPublish"], [self._iot("topic", Topics(f"{stage}_*", stage).all)]),
            (["iot:Publish", "iot:Receive"], [self._iot("topic", topic) for topic in used]),
            (["iot:Publish"], [self._iot("topic", f"{things}/greengrass*/health/json")]),
            (["iot:Subscribe"], [self._iot("topicfilter", topic) for topic in used]),
            *_of_the_nucleus(role_alias_arn),
        )

    def _former_policy(self, thing: str, role_alias_arn: str) -> dict[str, object]:
        """Allow what the Greengrass nucleus does: jobs, its shadow, its health messages, its artifacts."""
        own = f"$aws/things/{thing}"
        used = (f"{own}/jobs/*", f"{own}/shadow/name/AWSManagedGreengrassV2Deployment/*")
        health = (f"{own}/greengrassv2/health/json", f"{own}/greengrass/health/json")
        return _document(
            (["iot:Publish"], [self._iot("topic", topic) for topic in (*used, *health)]),
            (["iot:Receive"], [self._iot("topic", topic) for topic in used]),
            (["iot:Subscribe"], [self._iot("topicfilter", topic) for topic in used]),
            *_of_the_nucleus(role_alias_arn),
        )

    def _iot(self, resource: str, name: str) -> str:
        return cdk.Stack.of(self).format_arn(service="iot", resource=resource, resource_name=name)


def _document(*statements: _Statement) -> dict[str, object]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": actions, "Resource": resources} for actions, resources in statements
        ],
    }


def _of_the_nucleus(role_alias_arn: str) -> list[_Statement]:
    """Return what the nucleus needs to fetch its deployments. Greengrass supports no resources for its actions."""
    fetching = (
        "GetComponentVersionArtifact",
        "GetDeploymentConfiguration",
        "ListThingGroupsForCoreDevice",
        "ResolveComponentCandidates",
    )
    return [
        (["iot:AssumeRoleWithCertificate"], [role_alias_arn]),
        ([f"greengrass:{action}" for action in fetching], ["*"]),
    ]


def _recipe(release: assets.Asset, component_name: str, stage: str) -> str:
    """Fill in the recipe as `gdk component publish` does, apart from the name of the archive.

    Greengrass unpacks NAME.zip into a folder NAME, and the CDK names an archive by the hash of its content.
    """
    archive = release.s3_object_key.removesuffix(".zip")
    filled_in = {
        "{COMPONENT_NAME}": component_name,
        "ENVIRONMENT": stage,
        "s3://BUCKET_NAME/COMPONENT_NAME/COMPONENT_VERSION/homeward-edge.zip": release.s3_object_url,
        "{artifacts:decompressedPath}/homeward-edge/": f"{{artifacts:decompressedPath}}/{archive}/",
    }
    recipe = RECIPE.read_text()
    filled_in["{COMPONENT_VERSION}"] = _version(component_name, archive, recipe)
    for placeholder, value in filled_in.items():
        if placeholder not in recipe:
            raise ValueError(f"{RECIPE} has no {placeholder}: add it, or update the list of placeholders here")
        recipe = recipe.replace(placeholder, value)
    return recipe


def _version(*contents: str) -> str:
    """Return the project's version with a hash of the contents, since a component version cannot be changed.

    The hash starts with a letter: semantic versions allow no number with a leading zero.
    """
    digest = hashlib.sha256("\0".join(contents).encode()).hexdigest()
    return f"{version()}-c{digest[:12]}"
