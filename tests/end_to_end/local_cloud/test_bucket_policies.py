"""The detection bucket's policy under IAM: evidence is written once, and our functions' keys are theirs alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import boto3
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template
from botocore.exceptions import ClientError

from local_cloud.lifecycle import running_cloud
from local_cloud.settings import CloudSettings
from stacks.constructs.captures_bucket import reserve_own_captures, write_evidence_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local_cloud.cloud import Cloud

OWN = "arn:aws:iam::000000000000:role/store-capture"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    settings = CloudSettings(
        state=tmp_path_factory.mktemp("cloud"), services=("emulator",), auth=True
    ).with_free_ports()
    with running_cloud(settings) as cloud:
        yield cloud


def policy_document() -> dict[str, Any]:
    """Synthesize the policy for a bucket with the name `detection`."""
    stack = cdk.Stack()
    bucket = s3.Bucket(stack, "Captures")
    reserve_own_captures(bucket, [iam.Role.from_role_arn(stack, "Own", OWN)])
    write_evidence_once(bucket)
    [policy] = Template.from_stack(stack).find_resources("AWS::S3::BucketPolicy").values()
    document: dict[str, Any] = policy["Properties"]["PolicyDocument"]
    for statement in document["Statement"]:
        statement["Resource"] = "arn:aws:s3:::detection" + statement["Resource"]["Fn::Join"][1][1]
    return document


ALL_OF_S3 = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}],
}


@pytest.fixture(scope="module")
def put(cloud: Cloud) -> Callable[..., str]:
    """Put an object as a role, and return "ok" or the error's code."""
    owner, manager = cloud.client("s3"), cloud.client("iam")
    owner.create_bucket(Bucket="detection")
    owner.put_bucket_policy(Bucket="detection", Policy=json.dumps(policy_document()))
    clients: dict[str, Any] = {}
    for role in ("store-capture", "another"):
        made = manager.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
        manager.put_role_policy(RoleName=role, PolicyName="s3", PolicyDocument=json.dumps(ALL_OF_S3))
        session = cloud.client("sts").assume_role(RoleArn=made["Arn"], RoleSessionName="test")["Credentials"]
        clients[role] = boto3.client(
            "s3",
            endpoint_url=cloud.settings.endpoints["emulator"],
            region_name="us-east-1",
            aws_access_key_id=session["AccessKeyId"],
            aws_secret_access_key=session["SecretAccessKey"],
            aws_session_token=session["SessionToken"],
        )

    def put(key: str, *, role: str, **condition: str) -> str:
        try:
            clients[role].put_object(Bucket="detection", Key=key, Body=b"x", **condition)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "ok"

    return put


@pytest.mark.parametrize("key", ["encounters/e1/c1.jpg", "confirmed/e1/c1.jpg"])
def test_evidence_is_written_once_by_anybody(put: Callable[..., str], key: str) -> None:
    assert put(key, role="another") == "AccessDenied"
    assert put(key, role="another", IfNoneMatch="*") == "ok"
    assert put(key, role="another", IfNoneMatch="*") == "PreconditionFailed"
    assert put(key, role="another") == "AccessDenied"


def test_only_our_functions_put_their_own_captures(put: Callable[..., str]) -> None:
    own = "captures/cam-01/.stored/2026-11-23/0/c1.jpg"
    assert put(own, role="another", IfNoneMatch="*") == "AccessDenied"
    assert put(own, role="store-capture", IfNoneMatch="*") == "ok"
    assert put("captures/cam-01/2026-11-23/c1.jpg", role="another") == "ok"
