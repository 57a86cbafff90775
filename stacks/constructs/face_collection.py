"""A Rekognition face collection as a resource: made or adopted, kept or deleted as the environment says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from constructs import Construct

from stacks.constructs.function import Function, may

if TYPE_CHECKING:
    from agencies.settings import Settings


class FaceCollection(Construct):
    """The collection `collection_id` with its `arn` and the version of the face model that it is frozen to."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings) -> None:
        super().__init__(scope, name)
        self.collection_id = f"homeward-{settings.stage}"
        self.arn = cdk.Stack.of(self).format_arn(
            service="rekognition", resource="collection", resource_name=self.collection_id
        )
        statements = [may("rekognition:CreateCollection", "rekognition:DescribeCollection", on=[self.arn])]
        if settings.removal_policy == "destroy":
            statements += [
                may("rekognition:DeleteCollection", on=[self.arn, f"{self.arn}-*"]),
                may("rekognition:ListCollections", on=["*"]),
            ]
        function = Function(
            self,
            "Manager",
            settings=settings,
            handler="custom_resources.face_collection",
            description="Makes, adopts and deletes the face collection",
            statements=statements,
            environment={},
            timeout=cdk.Duration.minutes(1),
            memory_mb=256,
        )
        resource = cdk.CustomResource(
            self,
            "Resource",
            service_token=function.function_arn,
            # Without it a function that never answers holds the deployment for an hour.
            service_timeout=cdk.Duration.minutes(5),
            resource_type="Custom::FaceCollection",
            properties={"CollectionId": self.collection_id, "Removal": settings.removal_policy},
        )
        self.face_model_version = resource.get_att_string("FaceModelVersion")
