"""The fleet stack: which cameras there are, and what each of them may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iot as iot

from stacks.constructs.storage import encryption_key, table

if TYPE_CHECKING:
    from constructs import Construct

    from agencies.settings import Settings

_THING = "${iot:Connection.Thing.ThingName}"
# The certificate belongs to the thing, so that no camera can take another's name (docs/privacy.md).
_IS_ITS_OWN = {"Bool": {"iot:Connection.Thing.IsAttached": "true"}}


class Fleet(cdk.Stack):
    """The cameras table, and the one policy that every camera's certificate has."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings, env: cdk.Environment) -> None:
        super().__init__(scope, name, env=env, description=f"Homeward {settings.stage}: the cameras")
        self.key = encryption_key(self, settings=settings)
        self.cameras = table(self, "Cameras", settings=settings, key=self.key, partition="camera")
        policy = iot.CfnPolicy(self, "CameraPolicy", policy_document=self._camera_policy())
        cdk.CfnOutput(self, "CamerasTableOutput", value=self.cameras.table_name).override_logical_id("CamerasTable")
        cdk.CfnOutput(self, "CameraPolicyOutput", value=policy.ref).override_logical_id("CameraPolicyName")

    def _camera_policy(self) -> dict[str, object]:
        """A camera connects as the thing that its certificate belongs to, and uses that thing's topics only."""
        shadow = f"$aws/things/{_THING}/shadow/name/camera"
        return {
            "Version": "2012-10-17",
            "Statement": [
                {**_allow("iot:Connect", self._iot("client", _THING)), "Condition": _IS_ITS_OWN},
                _allow(
                    "iot:Publish",
                    *(self._iot("topic", f"homeward/v1/{_THING}/{kind}") for kind in ("faces", "health")),
                    *(self._iot("topic", f"{shadow}/{verb}") for verb in ("get", "update")),
                ),
                # The status of a camera is retained, and the last will of its connection sets it.
                _allow("iot:RetainPublish", self._iot("topic", f"homeward/v1/{_THING}/status")),
                _allow("iot:Publish", self._iot("topic", f"homeward/v1/{_THING}/status")),
                _allow("iot:Subscribe", self._iot("topicfilter", f"{shadow}/*")),
                _allow("iot:Receive", self._iot("topic", f"{shadow}/*")),
            ],
        }

    def _iot(self, resource: str, name: str) -> str:
        return self.format_arn(service="iot", resource=resource, resource_name=name)


def _allow(action: str, *resources: str) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": list(resources)}
