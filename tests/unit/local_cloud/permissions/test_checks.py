"""The checks that the emulator records, with its own evaluator of policies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from ministack.core import iam_evaluator
from ministack.services import iam, sts
from starlette.testclient import TestClient

from local_cloud.emulator.permissions import PermissionGateway, record_checks
from local_cloud.rekognition.authorization import PolicyAuthorizer
from local_cloud.rekognition.errors import RekognitionError
from local_cloud.settings import ACCOUNT, PERMISSIONS_PATH, REGION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local_cloud.emulator.asgi import Message, Receive, Send

KEY, ROLE = "ASIAWORKER", "Worker"
SIGNATURE = f"AWS4-HMAC-SHA256 Credential={KEY}/20261123/{REGION}/rekognition/aws4_request"
FACES = f"arn:aws:rekognition:{REGION}:{ACCOUNT}:collection/faces"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["rekognition:IndexFaces", "rekognition:TagResource"], "Resource": FACES},
        {"Effect": "Allow", "Action": "rekognition:CreateCollection", "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*"},
    ],
}


async def elsewhere(_: Message, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The record of an emulator in which a function's session has the role."""
    monkeypatch.setattr(iam_evaluator, "enforce", iam_evaluator.enforce)
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE}/function"
    sts.register_session(KEY, {"Arn": arn, "UserId": "id", "SecretAccessKey": "secret", "SessionToken": "token"})
    iam._roles[ROLE] = {"RoleName": ROLE, "InlinePolicies": {"own": json.dumps(POLICY)}}
    record_checks(tmp_path / "permissions.jsonl")
    yield tmp_path / "permissions.jsonl"
    del iam._roles[ROLE], sts._sessions[KEY]


def recorded(record: Path) -> list[tuple[str, str, bool]]:
    checks = [json.loads(line) for line in record.read_text().splitlines()]
    assert {check["role"] for check in checks} == {ROLE}
    return [(check["action"], check["resource"], check["allowed"]) for check in checks]


def ask(operation: str, **request: Any) -> None:
    http = TestClient(PermissionGateway(elsewhere))
    PolicyAuthorizer(PERMISSIONS_PATH, REGION, http)(SIGNATURE, operation, request)


def test_the_record_has_each_check_once(record: Path) -> None:
    for action in ("s3:GetObject", "s3:GetObject", "s3:PutObject"):
        iam_evaluator.enforce(KEY, action, "s3", REGION, "arn:aws:s3:::photos/1.jpg")
    iam_evaluator.enforce("test", "s3:PutObject", "s3", REGION, "arn:aws:s3:::photos/1.jpg")  # the account's root
    photo = "arn:aws:s3:::photos/1.jpg"
    assert recorded(record) == [("s3:GetObject", photo, True), ("s3:PutObject", photo, False)]


def test_a_request_includes_the_read_of_its_image(record: Path) -> None:
    ask("IndexFaces", CollectionId="faces", Image={"S3Object": {"Bucket": "photos", "Name": "1.jpg"}})
    assert recorded(record) == [
        ("rekognition:IndexFaces", FACES, True),
        ("s3:GetObject", "arn:aws:s3:::photos/1.jpg", True),
    ]


def test_creation_is_checked_without_a_resource(record: Path) -> None:
    ask("CreateCollection", CollectionId="faces", Tags={"a": "b"})
    assert recorded(record) == [("rekognition:CreateCollection", "*", True), ("rekognition:TagResource", FACES, True)]


def test_a_foreign_collection_is_denied_and_recorded(record: Path) -> None:
    with pytest.raises(
        RekognitionError, match=r"assumed-role/Worker/function is not authorized .*IndexFaces"
    ) as raised:
        ask("IndexFaces", CollectionId="others", Image={"Bytes": b""})
    assert raised.value.code == "AccessDeniedException"
    assert recorded(record) == [("rekognition:IndexFaces", FACES.replace("/faces", "/others"), False)]


def test_other_requests_pass_the_gateway() -> None:
    assert TestClient(PermissionGateway(elsewhere)).post("/").status_code == 404
