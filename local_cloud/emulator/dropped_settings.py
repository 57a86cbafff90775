"""Applies settings that ministack's CloudFormation drops from templates, with API calls after a deployment.

It reads the templates of all deployed stacks. CloudFormation also drops settings that have no effect in the emulator:
tags, encryption and life cycles of buckets, keys of topics, point-in-time recovery. Assert those on the template.
"""

from collections.abc import Callable
from typing import Any

from local_cloud.errors import CloudError

ClientFactory = Callable[[str], Any]
Properties = dict[str, Any]


def apply_dropped_settings(client: ClientFactory) -> list[str]:
    """Apply the dropped settings of all deployed stacks. Idempotent.

    Returns:
        One line for each setting.

    Raises:
        CloudError: A setting is not a literal in the template.
    """
    cloudformation = client("cloudformation")
    pages = cloudformation.get_paginator("describe_stacks").paginate()
    applied = []
    for stack in (stack["StackName"] for page in pages for stack in page["Stacks"]):
        template = cloudformation.get_template(StackName=stack)["TemplateBody"]
        # The CDK's bootstrap stack is YAML, which botocore does not parse.
        if isinstance(template, str):
            continue
        names = _physical_names(cloudformation, stack)
        for logical_id, resource in template["Resources"].items():
            for property_name, apply in DROPPED.get(resource["Type"], {}).items():
                value = resource.get("Properties", {}).get(property_name)
                if value is not None and logical_id in names:
                    _refuse_intrinsics(value, f"{property_name} of {logical_id} in {stack}")
                    apply(client, names[logical_id], value)
                    applied.append(f"{stack}: {property_name} of {logical_id}")
    return applied


def _physical_names(cloudformation: Any, stack: str) -> dict[str, str]:
    resources = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}


def _refuse_intrinsics(value: Any, setting: str) -> None:
    if isinstance(value, dict):
        if any(key == "Ref" or key.startswith("Fn::") for key in value):
            raise CloudError(
                f"The local cloud cannot apply {setting}: it is not a literal. Use a literal value in the template."
            )
        for part in value.values():
            _refuse_intrinsics(part, setting)
    elif isinstance(value, list):
        for part in value:
            _refuse_intrinsics(part, setting)


def _expire_items(client: ClientFactory, table: str, specification: Properties) -> None:
    dynamodb = client("dynamodb")
    now = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    # DynamoDB refuses to enable it twice.
    if now.get("AttributeName") != specification["AttributeName"] or now["TimeToLiveStatus"] != "ENABLED":
        dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=specification)


def _limit_concurrency(client: ClientFactory, function: str, limit: int) -> None:
    client("lambda").put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=limit)


def _allow_origins(client: ClientFactory, api: str, cors: Properties) -> None:
    client("apigatewayv2").update_api(ApiId=api, CorsConfiguration=cors)


DROPPED: dict[str, dict[str, Callable[[ClientFactory, str, Any], None]]] = {
    "AWS::DynamoDB::Table": {"TimeToLiveSpecification": _expire_items},
    "AWS::DynamoDB::GlobalTable": {"TimeToLiveSpecification": _expire_items},
    "AWS::Lambda::Function": {"ReservedConcurrentExecutions": _limit_concurrency},
    "AWS::ApiGatewayV2::Api": {"CorsConfiguration": _allow_origins},
}
