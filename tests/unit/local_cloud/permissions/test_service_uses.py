"""What AWS services do with the roles of a stack."""

from __future__ import annotations

import json
from typing import Any

from local_cloud.permissions.service_uses import service_uses
from local_cloud.permissions.stack import Resource, Stack
from local_cloud.settings import ACCOUNT

QUEUES = f"arn:aws:sqs:us-east-1:{ACCOUNT}"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:function-1"
MACHINE = f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:machine-1"
STATES: dict[str, Any] = {
    "Read": {"ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "gallery"}}},
    "Run": {"Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "function-1"}},
    "Each": {"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}}},
}


class StepFunctions:
    """Knows the definition of one state machine."""

    def describe_state_machine(self, **_: str) -> dict[str, str]:
        return {"definition": json.dumps({"States": STATES})}


def arn(name: str) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [name, "Arn"]}


def uses(*resources: tuple[str, str, str, dict[str, Any]]) -> set[tuple[str, str, str]]:
    given = (
        ("Role", "AWS::IAM::Role", "role-1", {}),
        ("Queue", "AWS::SQS::Queue", f"http://localhost/{ACCOUNT}/queue-1", {}),
        ("Failures", "AWS::SQS::Queue", f"http://localhost/{ACCOUNT}/failures-1", {}),
        ("Table", "AWS::DynamoDB::Table", "table-1", {}),
        ("Log", "AWS::Logs::LogGroup", "log-1", {}),
        (
            "Function",
            "AWS::Lambda::Function",
            "function-1",
            {"Role": arn("Role"), "LoggingConfig": {"LogGroup": {"Ref": "Log"}}},
        ),
        *resources,
    )
    stack = Stack(
        {name: Resource(kind, physical_id, name, properties) for name, kind, physical_id, properties in given}
    )
    found = set(service_uses(stack, StepFunctions()))
    log = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:log-1:log-stream:*"
    logging = {("role-1", f"logs:{action}", log) for action in ("CreateLogStream", "PutLogEvents")}
    everything = {(use.role, use.action, use.resource) for use in found}
    assert logging <= everything
    return everything - logging


def test_a_queue_source_polls_with_the_functions_role() -> None:
    mapping = {"FunctionName": {"Ref": "Function"}, "EventSourceArn": arn("Queue")}
    polls = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
    found = uses(("Mapping", "AWS::Lambda::EventSourceMapping", "mapping-1", mapping))
    assert found == {("role-1", action, f"{QUEUES}:queue-1") for action in polls}


def test_a_stream_source_reads_and_reports_failures() -> None:
    mapping = {
        "FunctionName": {"Ref": "Function"},
        "EventSourceArn": {"Fn::GetAtt": ["Table", "StreamArn"]},
        "DestinationConfig": {"OnFailure": {"Destination": arn("Failures")}},
    }
    stream = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/table-1/stream/*"
    reads = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
    found = uses(("Mapping", "AWS::Lambda::EventSourceMapping", "mapping-1", mapping))
    assert found == {
        *(("role-1", action, stream) for action in reads),
        ("role-1", "dynamodb:ListStreams", "*"),
        ("role-1", "sqs:SendMessage", f"{QUEUES}:failures-1"),
    }


def test_a_state_machine_does_what_its_states_say() -> None:
    found = uses(("Machine", "AWS::StepFunctions::StateMachine", MACHINE, {"RoleArn": arn("Role")}))
    children = MACHINE.replace(":stateMachine:", ":execution:")
    assert found == {
        ("role-1", "s3:GetObject", "arn:aws:s3:::gallery/*"),
        ("role-1", "lambda:InvokeFunction", FUNCTION),
        ("role-1", "states:StartExecution", MACHINE),
        *(
            ("role-1", f"states:{action}Execution", f"{children}{after}:*")
            for action in ("Describe", "Stop")
            for after in ("", "/*")
        ),
    }


def test_a_schedule_and_an_iot_rule_use_their_roles() -> None:
    target = {"Arn": {"Ref": "Machine"}, "RoleArn": arn("Role")}
    failed = {"Sqs": {"RoleArn": arn("Role"), "QueueUrl": {"Ref": "Failures"}}}
    rules = (
        ("Schedule", "AWS::Events::Rule", "schedule-1", {"Targets": [target]}),
        ("Rule", "AWS::IoT::TopicRule", "rule_1", {"TopicRulePayload": {"ErrorAction": failed}}),
    )
    found = uses(("Machine", "AWS::StepFunctions::StateMachine", MACHINE, {"RoleArn": arn("Role")}), *rules)
    assert ("role-1", "states:StartExecution", MACHINE) in found
    assert ("role-1", "sqs:SendMessage", f"{QUEUES}:failures-1") in found
