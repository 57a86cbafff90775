"""A Rekognition face collection as a custom resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from constructs import Construct

from lambdas.common.collection_names import REBUILT_WILDCARD
from stacks.constructs.function import Function
from stacks.constructs.grant import may

if TYPE_CHECKING:
    from agencies.fields import Removal


class FaceCollection(Construct):
    """The collection `collection_id`, created or adopted. `removal` says whether `cdk destroy` deletes it.

    Rekognition fixes the version of the face model (`face_model_version`) when it creates a collection.
    """

    def __init__(self, scope: Construct, name: str, *, collection_id: str, removal: Removal, log_days: int) -> None:
        super().__init__(scope, name)
        self.collection_id = collection_id
        self.arn = cdk.Stack.of(self).format_arn(
            service="rekognition", resource="collection", resource_name=collection_id
        )
        # A rebuild makes a second collection under the same name with a suffix.
        self.arns = [self.arn, f"{self.arn}{REBUILT_WILDCARD}"]
        statements = [
            # Rekognition supports no resource for this action.
            may("rekognition:CreateCollection", on=["*"]),
            may("rekognition:DescribeCollection", "rekognition:TagResource", on=[self.arn]),
        ]
        if removal == "destroy":
            statements += [
                may("rekognition:DeleteCollection", on=self.arns),
                may("rekognition:ListTagsForResource", on=[self.arn]),
                may("rekognition:ListCollections", on=["*"]),
            ]
        function = Function(
            self,
            "Manager",
            handler="custom_resources.face_collection",
            description="Create, adopt and delete the face collection",
            log_days=log_days,
            statements=statements,
            timeout=cdk.Duration.minutes(1),
            memory_mb=256,
        )
        resource = cdk.CustomResource(
            self,
            "Resource",
            service_token=function.function_arn,
            # The default is an hour: a function that never answers would block the deployment for that long.
            service_timeout=cdk.Duration.minutes(5),
            resource_type="Custom::FaceCollection",
            properties={"CollectionId": collection_id, "Removal": removal},
        )
        self.face_model_version = resource.get_att_string("FaceModelVersion")
