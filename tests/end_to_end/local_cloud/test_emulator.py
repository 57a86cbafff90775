"""The emulator with its patches: loopback only, endpoints, faults, settings that CloudFormation drops."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import boto3
import httpx
import pytest

from local_cloud.emulator.faults import Fault
from local_cloud.emulator.workers import AT_ONCE
from local_cloud.errors import CloudError
from tests.end_to_end.local_cloud.functions import call_function, make_function
from tests.end_to_end.local_cloud.processes import LOOPBACK, group_of, listening_addresses

if TYPE_CHECKING:
    from pathlib import Path

    from local_cloud.cloud import Cloud


def test_http_and_mqtt_listen_on_loopback_only(cloud: Cloud) -> None:
    assert listening_addresses(group_of(cloud.settings.state)) == [LOOPBACK, LOOPBACK]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({}, 200),
    ],
)
def test_a_web_page_of_another_site_cannot_act(cloud: Cloud, headers: dict[str, str], status: int) -> None:
    url = cloud.settings.endpoints["emulator"]
    # A page may send a form without asking first. Without credentials, the emulator takes it from anybody.
    form = {"Action": "CreateTopic", "Name": "from-a-page", "Version": "2010-03-31"}
    answer = httpx.post(url, data=form, headers=headers, trust_env=False)

    assert answer.status_code == status
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    preflight = httpx.options(url, headers={"Origin": "https://evil.example"}, trust_env=False)
    assert preflight.status_code == 403


def test_functions_get_the_endpoint_of_each_service(cloud: Cloud) -> None:
    make_function(
        cloud,
        "endpoints",
        "import boto3\n"
        "def handler(event, context):\n"
        "    return [boto3.client(name).meta.endpoint_url for name in ('s3', 'rekognition')]\n",
    )

    endpoints = cloud.settings.endpoints
    assert call_function(cloud, "endpoints") == [endpoints["emulator"], endpoints["rekognition"]]


def test_the_environment_is_enough_for_a_client(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)

    assert boto3.session.Session().client("sts").get_caller_identity()["Account"] == "000000000000"


def test_a_fault_ends_with_its_block(cloud: Cloud) -> None:
    sns = cloud.client("sns")
    with (
        cloud.failing(Fault("sns", "CreateTopic", times=99, status=400, code="InvalidParameter")),
        pytest.raises(sns.exceptions.InvalidParameterException),
    ):
        sns.create_topic(Name="alerts")

    assert sns.create_topic(Name="alerts")["TopicArn"].endswith(":alerts")


def test_dropped_settings_are_applied_from_templates(cloud: Cloud) -> None:
    table = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
            "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
        },
    }
    cors = {"AllowOrigins": ["https://homeward.agency.example"], "AllowMethods": ["GET"]}
    api = {
        "Type": "AWS::ApiGatewayV2::Api",
        "Properties": {"Name": "api", "ProtocolType": "HTTP", "CorsConfiguration": cors},
    }
    template = json.dumps({"Resources": {"Table": table, "Api": api}})
    cloudformation = cloud.client("cloudformation")
    cloudformation.create_stack(StackName="dropped", TemplateBody=template)
    cloudformation.get_waiter("stack_create_complete").wait(StackName="dropped", WaiterConfig={"Delay": 1})
    resources = cloudformation.describe_stack_resources(StackName="dropped")["StackResources"]
    names = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}

    for _ in range(2):  # idempotent
        cloud.apply_dropped_settings()

    ttl = cloud.client("dynamodb").describe_time_to_live(TableName=names["Table"])["TimeToLiveDescription"]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    assert cloud.client("apigatewayv2").get_api(ApiId=names["Api"])["CorsConfiguration"] == cors


def test_a_failed_synthesis_shows_the_apps_error(cloud: Cloud, tmp_path: Path) -> None:
    (tmp_path / "cdk.json").write_text("{}")

    with pytest.raises(CloudError, match="no such agency"):
        cloud.synthesize("echo no such agency >&2; exit 1", folder=tmp_path)


def test_processes_of_a_function_share_its_bundle_and_the_cores(cloud: Cloud) -> None:
    make_function(
        cloud,
        "many",
        "import os, time\n"
        "def handler(event, context):\n"
        "    time.sleep(0.3)\n"
        "    return os.getpid(), os.path.realpath(__file__)\n",
    )
    with ThreadPoolExecutor(3 * AT_ONCE) as callers:
        calls = list(callers.map(lambda _: call_function(cloud, "many"), range(3 * AT_ONCE)))

    processes, files = (set(each) for each in zip(*calls, strict=True))
    assert 1 < len(processes) <= AT_ONCE
    assert len(files) == 1
