from __future__ import annotations

import base64
import itertools
import json
import shlex
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from homeward.commands.upload_link import SIGNING
from lambdas.common.times import now
from lambdas.review.upload_links import find_upload_link, new_upload_link

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from tests.support.town import Town


def link(town: Town, *options: str) -> dict[str, Any]:
    result = town.run("upload-link", "--camera", "transit-7", "--json", *options)
    assert result.exit_code == 0, result.stderr
    facts: dict[str, Any] = json.loads(result.stdout)
    return facts


def policy(form: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(base64.b64decode(form["fields"]["policy"]))
    return document


def test_form_allows_only_pictures_of_one_camera(town: Town) -> None:
    conditions = policy(link(town))["conditions"]
    signing = [each for each in conditions if isinstance(each, dict) and next(iter(each)).startswith("x-amz-")]
    assert sorted(map(str, (each for each in conditions if each not in signing))) == sorted(
        map(
            str,
            [
                {"bucket": "detection"},
                ["starts-with", "$key", "captures/transit-7/"],
                {"Content-Type": "image/jpeg"},
                ["content-length-range", 1, 5_242_880],
            ],
        )
    )


def test_curl_line_sends_the_fields_of_the_form(town: Town) -> None:
    form = link(town, "--type", "image/png")
    words = shlex.split(form["curl"])
    sent = {word for before, word in itertools.pairwise(words) if before == "--form-string"}
    assert sent == {f"{name}={value}" for name, value in form["fields"].items()}
    assert words[-3:-1] == ["-F", "file=@PHOTO.jpg"]
    assert words[-1] == form["url"]
    assert form["fields"]["Content-Type"] == "image/png"
    assert town.run("upload-link", "--camera", "transit-7", "--curl").stdout.startswith("curl ")


def test_link_is_recorded_without_its_secret(town: Town, dynamodb: DynamoDBClient) -> None:
    printed = town.run("upload-link", "--camera", "transit-7").stdout.strip()
    base, _, path = printed.partition("/u/")
    link_id, _, token = path.partition("/")
    assert base == "https://links.example"
    item = dynamodb.get_item(TableName="encounters", Key={"encounter_id": {"S": f"upload#{link_id}"}})["Item"]
    assert token not in str(item)
    found = find_upload_link(dynamodb, table="encounters", link_id=link_id, token=token, now=now())
    assert found
    assert found.camera == "transit-7"
    wrong: list[dict[str, Any]] = [
        {"token": token[:-1], "now": now()},
        {"token": token, "now": now() + timedelta(hours=2)},
    ]
    for options in wrong:
        assert find_upload_link(dynamodb, table="encounters", link_id=link_id, **options) is None


@pytest.mark.parametrize(
    ("option", "duration"), [("30m", timedelta(minutes=30)), ("2h", timedelta(hours=2)), ("7d", timedelta(days=7))]
)
def test_link_expires_after_the_given_duration(town: Town, option: str, duration: timedelta) -> None:
    form = link(town, "--expires", option)
    for expiry in (policy(form)["expiration"], form["expires_at"]):
        assert datetime.fromisoformat(expiry) - datetime.now(UTC) == pytest.approx(duration, abs=timedelta(minutes=1))


@pytest.mark.parametrize("wrong", ["8d", "1w", "0h", "forever", ""])
def test_invalid_or_long_duration_is_refused(town: Town, wrong: str) -> None:
    assert town.run("upload-link", "--camera", "transit-7", "--expires", wrong).exit_code == 2


@pytest.mark.parametrize("camera", ["", "a/b", "../encounters", "two words", "a$b"])
def test_camera_name_must_be_one_part_of_a_key(town: Town, camera: str) -> None:
    assert town.run("upload-link", "--camera", camera).exit_code == 2


def test_url_names_the_region() -> None:
    s3 = boto3.client(
        "s3", region_name="eu-west-1", config=SIGNING, aws_access_key_id="testing", aws_secret_access_key="testing"
    )
    address = s3.generate_presigned_post(Bucket="detection-captures", Key="captures/x")["url"]
    assert address == "https://detection-captures.s3.eu-west-1.amazonaws.com/"


def listed(town: Town) -> list[tuple[str, str]]:
    rows = json.loads(town.run("upload-link", "list", "--json").stdout)
    return [(row["link"], row["camera"]) for row in rows]


def test_links_that_are_valid_are_listed_without_a_secret(town: Town, dynamodb: DynamoDBClient) -> None:
    for camera, hours in (("transit-7", 1), ("old", -1)):
        new_upload_link(dynamodb, table="encounters", camera=camera, expires_at=now() + timedelta(hours=hours))
    address = town.run("upload-link", "--camera", "ferry-1", "--expires", "5m").stdout
    link_id, token = address.strip().split("/u/")[1].split("/")
    assert [camera for _, camera in listed(town)] == ["ferry-1", "transit-7"]
    shown = town.run("upload-link", "list").stdout
    assert link_id in shown
    assert token not in shown
    assert "2 upload links" in shown


def test_revoked_link_no_longer_opens_a_form(town: Town, dynamodb: DynamoDBClient) -> None:
    address = town.run("upload-link", "--camera", "ferry-1").stdout.strip()
    link_id, token = address.split("/u/")[1].split("/")
    assert town.run("upload-link", "revoke", address).exit_code == 0
    assert find_upload_link(dynamodb, table="encounters", link_id=link_id, token=token, now=now()) is None
    assert listed(town) == []
    again = town.run("upload-link", "revoke", link_id)
    assert again.exit_code == 3
    assert "homeward upload-link list -a" in again.stderr


@pytest.mark.parametrize("given", [(), ("--expires", "5m")])
def test_new_link_needs_a_camera(town: Town, given: tuple[str, ...]) -> None:
    result = town.run("upload-link", *given)
    assert result.exit_code == 2
    assert "--camera" in result.stderr
