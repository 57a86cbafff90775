from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lambdas.encounters.table import REVIEW_INDEX
from tests.infrastructure.templates import all_statements, as_list

if TYPE_CHECKING:
    from tests.infrastructure.templates import Deployment


def test_an_index_finds_encounters_by_review_state(either: Deployment) -> None:
    table = either.one("AWS::DynamoDB::Table", "Alerting", "Encounters")["Properties"]
    [index] = [index for index in table["GlobalSecondaryIndexes"] if index["IndexName"] == REVIEW_INDEX]
    assert index["KeySchema"] == [
        {"AttributeName": "review", "KeyType": "HASH"},
        {"AttributeName": "started_at", "KeyType": "RANGE"},
    ]
    assert index["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["case_id", "camera"]}


def test_audit_table_is_append_only(either: Deployment) -> None:
    """In every stack, the only action that changes the table is PutItem. Only the console reads it."""
    audit = either.logical_id("Alerting", "Audit")
    allowed = [
        (stack, action)
        for stack, template in either.templates.items()
        for resource in template["Resources"].values()
        if resource["Type"] in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]
        if audit in json.dumps(statement["Resource"])
        for action in as_list(statement["Action"])
    ]
    assert sorted(allowed) == [
        ("Console", "dynamodb:PutItem"),
        ("Console", "dynamodb:Query"),
        *[("Review", "dynamodb:PutItem")] * 3,
    ]


def test_links_api_has_the_pages_and_the_upload_form(either: Deployment) -> None:
    routes = either.of_type("AWS::ApiGatewayV2::Route", "Review").values()
    assert {route["Properties"]["RouteKey"] for route in routes} == {
        "ANY /e/{encounter_id}/{token}",
        "POST /e/{encounter_id}/{token}",
        "ANY /e/{encounter_id}/{token}/{picture}",
        "ANY /u/{link_id}/{token}",
        "ANY /u/{link_id}/{token}/sent",
        "ANY /u/form.js",
    }


def test_links_api_is_throttled_and_does_not_log_paths(either: Deployment) -> None:
    [stage] = [stage["Properties"] for stage in either.of_type("AWS::ApiGatewayV2::Stage", "Alerting").values()]
    assert stage["DefaultRouteSettings"] == {"ThrottlingRateLimit": 200, "ThrottlingBurstLimit": 400}
    logged = set(json.loads(stage["AccessLogSettings"]["Format"]).values())
    assert logged.isdisjoint({"$context.path", "$context.httpMethod", "$context.identity.userAgent"})
    assert "$context.routeKey" in logged


def test_links_start_with_the_endpoint_of_the_api(either: Deployment) -> None:
    output = either.templates["Alerting"]["Outputs"]["LinksUrl"]["Value"]
    assert output == {"Fn::GetAtt": [_api(either), "ApiEndpoint"]}


def test_daily_function_runs_every_day(either: Deployment) -> None:
    rule = either.one("AWS::Events::Rule", "Review", "EveryDay")["Properties"]
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 day)", "ENABLED")
    daily = {"Fn::GetAtt": [either.logical_id("Review", "Daily"), "Arn"]}
    assert [target["Arn"] for target in rule["Targets"]] == [daily]
    assert either.function("Review", "Daily")["Environment"]["Variables"]["REVIEW_DEADLINE_DAYS"] == "30"


def test_confirmed_pictures_have_no_lifecycle_rule(either: Deployment) -> None:
    bucket = either.one("AWS::S3::Bucket", "Detection", "Captures")["Properties"]
    prefixes = {rule.get("Prefix") for rule in bucket["LifecycleConfiguration"]["Rules"] if "ExpirationInDays" in rule}
    assert prefixes == {"captures/", "quarantine/", "encounters/"}


def _api(deployment: Deployment) -> str:
    [name] = deployment.of_type("AWS::ApiGatewayV2::Api", "Alerting")
    return name.partition("/")[2]


def test_replies_come_from_the_agencys_number_and_phones(either: Deployment) -> None:
    topic = {"Ref": either.logical_id("Review", "RepliesTopic")}
    statements = all_statements(either.of_type("AWS::SNS::TopicPolicy", "Review"))
    [allowed] = [statement for _, statement in statements if statement["Effect"] == "Allow"]
    assert (allowed["Principal"], allowed["Action"]) == ({"Service": "sms-voice.amazonaws.com"}, "sns:Publish")
    assert "aws:SourceAccount" in allowed["Condition"]["StringEquals"]
    [subscription] = either.of_type("AWS::SNS::Subscription", "Review").values()
    assert subscription["Properties"]["TopicArn"] == topic
    phones = either.one("AWS::SecretsManager::Secret", "Review", "Phones")["Properties"]
    assert json.loads(phones["SecretString"]) == {"+15035550142": "desk", "+15035550143": "chief"}
    assert phones["KmsKeyId"] == {"Fn::GetAtt": [either.logical_id("Review", "Key"), "Arn"]}
