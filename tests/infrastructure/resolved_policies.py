"""The policies of roles with literal ARNs, as parliament reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.infrastructure.templates import as_list

if TYPE_CHECKING:
    from collections.abc import Iterator

_HERE = "us-east-1:111111111111"
_ARNS = {
    "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{_HERE}:table/name",
    "AWS::IoT::RoleAlias": f"arn:aws:iot:{_HERE}:rolealias/name",
    "AWS::KMS::Key": f"arn:aws:kms:{_HERE}:key/name",
    "AWS::Lambda::Function": f"arn:aws:lambda:{_HERE}:function:name",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{_HERE}:log-group:name:*",
    "AWS::S3::Bucket": "arn:aws:s3:::name",
    "AWS::SNS::Topic": f"arn:aws:sns:{_HERE}:name",
    "AWS::SQS::Queue": f"arn:aws:sqs:{_HERE}:name",
    "AWS::SecretsManager::Secret": f"arn:aws:secretsmanager:{_HERE}:secret:name",
    "AWS::StepFunctions::StateMachine": f"arn:aws:states:{_HERE}:stateMachine:name",
}
_PSEUDO = {"AWS::Partition": "aws", "AWS::Region": "us-east-1", "AWS::AccountId": "111111111111"}


def resolved_policies(templates: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the document of each policy of the stacks' roles."""
    for stack, template in templates.items():
        for name, resource in template["Resources"].items():
            if resource["Type"] in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}:
                document = resource["Properties"]["PolicyDocument"]
                statements = [
                    {
                        **statement,
                        "Resource": [_text(each, template, templates) for each in as_list(statement["Resource"])],
                    }
                    for statement in document["Statement"]
                ]
                yield f"{stack}/{name}", {**document, "Statement": statements}


def _text(value: Any, template: dict[str, Any], templates: dict[str, Any]) -> str:
    if isinstance(value, str):
        return value
    [(function, argument)] = value.items()
    if function == "Fn::Join":
        return str(argument[0]).join(_text(part, template, templates) for part in argument[1])
    if function == "Fn::GetStackOutput":
        other = templates[argument["StackName"]]
        return _text(other["Outputs"][argument["OutputName"]]["Value"], other, templates)
    return _reference(function, argument, template)


def _reference(function: str, argument: Any, template: dict[str, Any]) -> str:
    """Return what a Ref or Fn::GetAtt refers to. A Fn::Sub is in the address of a CDK asset only."""
    if function == "Fn::Sub":
        return str(argument).replace("${AWS::AccountId}", _PSEUDO["AWS::AccountId"])
    name, attribute = (argument, "Ref") if function == "Ref" else argument
    if name in _PSEUDO:
        return _PSEUDO[name]
    arn = _ARNS.get(template["Resources"][name]["Type"], "name")
    return {"Ref": arn, "Arn": arn, "StreamArn": f"{arn}/stream/1"}.get(attribute, "name")
