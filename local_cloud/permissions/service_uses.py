"""What AWS services do with the roles of a stack, as AWS documents it. The emulator does it without asking IAM."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local_cloud.permissions.statements import Permission
from local_cloud.settings import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_cloud.permissions.stack import Resource, Stack

_TRACE = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
_SAMPLE = ("xray:GetSamplingRules", "xray:GetSamplingTargets")
_POLL_QUEUE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
_READ_STREAM = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
_DELIVER_LOGS = tuple(
    f"logs:{action}"
    for action in (
        "CreateLogDelivery",
        "DeleteLogDelivery",
        "DescribeLogGroups",
        "DescribeResourcePolicies",
        "GetLogDelivery",
        "ListLogDeliveries",
        "PutResourcePolicy",
        "UpdateLogDelivery",
    )
)


def service_uses(stack: Stack, stepfunctions: Any) -> Iterator[Permission]:
    """Yield the uses of the stack's roles by Lambda, Step Functions, EventBridge, and AWS IoT."""
    for function in stack.of_kind("AWS::Lambda::Function"):
        yield from _run(stack, function)
    for mapping in stack.of_kind("AWS::Lambda::EventSourceMapping"):
        yield from _poll(stack, mapping.properties)
        yield from _report_failures(stack, mapping.properties)
    for configuration in stack.of_kind("AWS::Lambda::EventInvokeConfig"):
        yield from _report_failures(stack, configuration.properties)
    for machine in stack.of_kind("AWS::StepFunctions::StateMachine"):
        yield from _execute(stack, machine, stepfunctions)
    for rule in stack.of_kind("AWS::Events::Rule"):
        for target in rule.properties["Targets"]:
            if "RoleArn" in target:
                role = stack.referred(target["RoleArn"]).name
                yield Permission(role, "states:StartExecution", stack.referred_arn(target["Arn"]))
    for rule in stack.of_kind("AWS::IoT::TopicRule"):
        failed = rule.properties["TopicRulePayload"]["ErrorAction"]["Sqs"]
        role = stack.referred(failed["RoleArn"]).name
        yield Permission(role, "sqs:SendMessage", stack.referred_arn(failed["QueueUrl"]))


def _run(stack: Stack, function: Resource) -> Iterator[Permission]:
    role = _role(stack, function)
    log = stack.referred(function.properties["LoggingConfig"]["LogGroup"]).name
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        yield Permission(role, action, f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{log}:log-stream:*")
    if function.properties.get("TracingConfig"):
        yield from (Permission(role, action, "*") for action in _TRACE)


def _poll(stack: Stack, mapping: dict[str, Any]) -> Iterator[Permission]:
    role = _role(stack, stack.referred(mapping["FunctionName"]))
    source = stack.referred_arn(mapping["EventSourceArn"])
    for action in _READ_STREAM if ":dynamodb:" in source else _POLL_QUEUE:
        yield Permission(role, action, source)
    if ":dynamodb:" in source:
        yield Permission(role, "dynamodb:ListStreams", "*")


def _report_failures(stack: Stack, properties: dict[str, Any]) -> Iterator[Permission]:
    if on_failure := properties.get("DestinationConfig", {}).get("OnFailure"):
        role = _role(stack, stack.referred(properties["FunctionName"]))
        yield Permission(role, "sqs:SendMessage", stack.referred_arn(on_failure["Destination"]))


def _execute(stack: Stack, machine: Resource, stepfunctions: Any) -> Iterator[Permission]:
    role = _role(stack, machine, "RoleArn")
    described = stepfunctions.describe_state_machine(stateMachineArn=machine.physical_id)
    for state in _parts(json.loads(described["definition"])):
        parameters = state.get("Parameters", {})
        integration = str(state.get("Resource", "")).rpartition(":::")[2]
        if integration == "lambda:invoke":
            function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{parameters['FunctionName']}"
            yield Permission(role, "lambda:InvokeFunction", function)
        if integration == "s3:getObject":
            yield Permission(role, "s3:GetObject", f"arn:aws:s3:::{parameters['Bucket']}/*")
        # The children of a distributed map are executions of the same state machine.
        if state.get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED":
            yield Permission(role, "states:StartExecution", machine.physical_id)
            children = machine.physical_id.replace(":stateMachine:", ":execution:")
            for action in ("states:DescribeExecution", "states:StopExecution"):
                yield from (Permission(role, action, f"{children}{after}:*") for after in ("", "/*"))
    if machine.properties.get("LoggingConfiguration"):
        yield from (Permission(role, action, "*") for action in _DELIVER_LOGS)
    if machine.properties.get("TracingConfiguration"):
        yield from (Permission(role, action, "*") for action in (*_TRACE, *_SAMPLE))


def _parts(definition: Any) -> Iterator[dict[str, Any]]:
    """Yield each object of a state machine's definition."""
    children = definition.values() if isinstance(definition, dict) else definition
    if isinstance(definition, dict):
        yield definition
    if isinstance(definition, dict | list):
        for child in children:
            yield from _parts(child)


def _role(stack: Stack, resource: Resource, property_name: str = "Role") -> str:
    return stack.referred(resource.properties[property_name]).name
